import type { App, View } from "./app.ts";
import type { Compared } from "./data.ts";
import { fill, h, svg } from "./dom.ts";
import { sentForm } from "./form/sent.ts";
import type { Answer } from "./host/host.ts";
import { statusMark } from "./status.ts";
import { table } from "./table.ts";
import { duration, messageOf } from "./words.ts";

const WIDTH = 800;
const HEIGHT = 220;
const MOST_LINES = 8;

/** Jobs side by side, with the course of one metric. */
export function compareView(app: App, given: Record<string, unknown>, first: Answer | undefined): View {
  const tags = h("input", {
    "aria-label": "Tags",
    placeholder: "tags, e.g. sweep",
    value: words(given.tags),
  });
  const metric = h("input", {
    "aria-label": "Metric",
    placeholder: "metric, e.g. loss",
    value: words(given.metric),
  });
  const body = h(
    "div",
    { role: "status" },
    "Jobs that share tags, ranked by a metric that their logs print.",
  );
  const show = ({ data }: Answer) => fill(body, contentOf(data as Compared, app));
  const ask = async () => {
    const asked = {
      ...(given.jobs === undefined ? { tags: listOf(tags.value) } : { jobs: given.jobs }),
      ...(metric.value.trim() === "" ? {} : { metric: metric.value.trim(), history: true }),
    };
    fill(body, "Reading logs…");
    await app.host.call("job_compare", asked).then(show, (error: unknown) => fill(body, messageOf(error)));
  };
  if (first !== undefined) show(first);
  const button = h("button", { class: "main" }, "Compare");
  const send = () => void ask();
  const form = sentForm({ class: "bar", button, send }, h("h1", {}, "Compare"), tags, metric, button);
  return { title: "Compare", element: h("section", {}, form, body) };
}

function contentOf({ jobs, metrics = [] }: Compared, app: App): (HTMLElement | string)[] {
  if (jobs.length === 0) return ["No job prints this metric."];
  const differing = [...new Set(jobs.flatMap(({ differs }) => Object.keys(differs)))];
  const shown = jobs.some(({ value }) => value !== undefined) ? [] : metrics.slice(0, 4);
  const hasValue = shown.length === 0;
  const rows = jobs.map((job) => [
    h("button", { class: "link", onclick: () => app.go({ view: "job", id: job.id }) }, job.job),
    ...(hasValue ? [h("b", {}, job.value ?? "")] : shown.map((name) => job.metrics?.[name] ?? "")),
    statusMark(job),
    job.run_time_seconds === undefined ? "" : duration(job.run_time_seconds),
    job.credits ?? "",
    ...differing.map((key) => job.differs[key] ?? ""),
  ]);
  const columns = ["Job", ...(hasValue ? ["Best"] : shown), "Status", "Ran", "Credits", ...differing];
  return [...chart(jobs), table("Jobs compared", columns, rows)];
}

/** The text and the table say what it shows. */
function chart(jobs: Compared["jobs"]): HTMLElement[] {
  const lines = jobs
    .map(({ job, history = [] }) => ({ job, points: history.filter((value) => typeof value === "number") }))
    .filter(({ points }) => points.length > 1)
    .slice(0, MOST_LINES);
  if (lines.length === 0) return [];
  const all = lines.flatMap(({ points }) => points);
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const longest = Math.max(...lines.map(({ points }) => points.length));
  const place = (value: number, index: number) => {
    const x = (index / (longest - 1)) * WIDTH;
    const y = HEIGHT - ((value - least) / (most - least || 1)) * HEIGHT;
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  };
  const label = `${lines.length} jobs, from ${least} to ${most}`;
  const drawn = svg(
    "svg",
    {
      viewBox: `-4 -4 ${WIDTH + 8} ${HEIGHT + 8}`,
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": label,
      class: "chart",
    },
    lines.map(({ points }, index) =>
      svg("polyline", { points: points.map(place).join(" "), class: `line${index}` }),
    ),
  );
  const legend = lines.map(({ job }, index) => h("span", { class: `line${index}` }, h("i"), job));
  const foot = h("div", { class: "foot" }, h("small", {}, least), h("small", {}, "first to last value"));
  const key = h("div", { class: "bar legend" }, legend);
  return [h("div", { class: "card" }, h("small", {}, most), drawn, foot, key)];
}

function listOf(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function words(value: unknown): string {
  return value === undefined ? "" : [value].flat().join(", ");
}
