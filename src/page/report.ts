import { type App, repeat, type View } from "./app.ts";
import type { Report } from "./data.ts";
import { fill, h } from "./dom.ts";
import type { Answer } from "./host/host.ts";
import { statusMark } from "./status.ts";
import { table } from "./table.ts";
import { instant, plural, shortId } from "./words.ts";

const REFRESH_MS = 60_000;
const KINDS = ["owner", "preset", "tag", "project", "day"];
const TIMES = [
  ["24h", "last 24 hours"],
  ["7d", "last 7 days"],
  ["30d", "last 30 days"],
] as const;

/** Where credits went: bars by owner, preset, tag or day. */
export function reportView(app: App, given: Record<string, unknown>, first: Answer | undefined): View {
  let args: Record<string, unknown> = { since: "7d", by: ["owner"], ...given };
  const body = h("div");
  const show = ({ data }: Answer) => fill(body, contentOf(data as Report, app));
  const choose = (
    name: string,
    options: readonly (readonly [string, string])[],
    wrap: (value: string) => unknown,
  ) => {
    const chosen = String([args[name]].flat()[0]);
    const select: HTMLSelectElement = h(
      "select",
      {
        "aria-label": name === "by" ? "Sum by" : "Time",
        onchange() {
          args = { ...args, [name]: wrap(select.value) };
          loop.now();
        },
      },
      options.map(([value, words]) => h("option", { value, selected: value === chosen }, words)),
    );
    return select;
  };
  const kinds = KINDS.map((kind) => [kind, `by ${kind}`] as const);
  const bar = h(
    "div",
    { class: "bar" },
    h("h1", {}, "Report"),
    choose("since", TIMES, (value) => value),
    choose("by", kinds, (value) => [value]),
  );
  if (first !== undefined) show(first);
  const loop = repeat(app, REFRESH_MS, async () => {
    const asked = args;
    const answer = await app.host.call("job_report", asked);
    if (asked === args) show(answer);
  });
  return { title: "Report", element: h("section", {}, bar, body), close: () => loop.close() };
}

function contentOf(report: Report, app: App): HTMLElement[] {
  const { from, to, jobs, credits, gpu_hours = "0", failed = 0, failed_credits = "0", groups = [] } = report;
  const most = Math.max(...groups.map((group) => Number(group.credits)), 0);
  const sums = [
    plural(jobs, "job"),
    `${credits} credits`,
    `${gpu_hours} GPU hours`,
    `${failed} failed, which cost ${failed_credits}`,
  ];
  return [
    h("p", { class: "sums", role: "status" }, `${instant(from)} to ${instant(to)} · ${sums.join(" · ")}`),
    h(
      "div",
      { class: "card bars" },
      groups.map((group) => bar(group, most)),
      failed > 0 && h("small", {}, "Red: what failed jobs cost."),
    ),
    ...tables(report, app),
  ];
}

type Group = NonNullable<Report["groups"]>[number];

function bar(group: Group, most: number): HTMLElement {
  const share = (value: unknown) => (most === 0 ? 0 : (Number(value) / most) * 100);
  const wasted = share(group.failed_credits ?? 0);
  const useful = share(group.credits) - wasted;
  return h(
    "div",
    { class: "bar-row" },
    h("b", {}, keyOf(group)),
    h(
      "div",
      { class: "track", "aria-hidden": "true" },
      h("i", { style: `width:${useful}%` }),
      h("i", { class: "wasted", style: `width:${wasted}%` }),
    ),
    h("span", {}, `${group.credits} credits, ${plural(group.jobs, "job")}, ${group.failed} failed`),
  );
}

function keyOf({ owner, preset, tag, project, day }: Group): string {
  return [owner, preset, tag, project, day].filter((key) => typeof key === "string").join(" · ") || "none";
}

function tables({ dearest = [], causes = [] }: Report, app: App): HTMLElement[] {
  const link = (id: string, words: string) =>
    h("button", { class: "link", onclick: () => app.go({ view: "job", id }) }, words);
  const dear = dearest.map((job) => [
    link(job.id, job.name ?? shortId(job.id)),
    job.owner ?? "you",
    job.preset ?? "",
    job.credits ?? "",
    statusMark(job),
  ]);
  const why = causes.map(({ cause, jobs, credits, example }) => [
    link(example, cause),
    String(jobs),
    credits,
  ]);
  return [
    h("h2", {}, "Dearest jobs"),
    table("Dearest jobs", ["Job", "Owner", "Preset", "Credits", "Status"], dear),
    ...(why.length === 0
      ? []
      : [
          h("h2", {}, "Why jobs failed"),
          table("Why jobs failed", ["Cause, with an example", "Jobs", "Credits"], why),
        ]),
  ];
}
