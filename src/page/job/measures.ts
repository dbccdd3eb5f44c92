import { type App, repeat } from "../app.ts";
import type { JobFacts } from "../data.ts";
import { fill, h, svg, tell } from "../dom.ts";
import { messageOf } from "../words.ts";

const EACH_MS = 3000;
/** Of each sample: shorter than that, one may come late. */
const SECONDS = 2;
const MOST_POINTS = 100;
const WIDTH = 300;
const HEIGHT = 60;

interface Measured {
  mean: number;
  limit?: number;
}

interface Sample {
  cpu_cores?: Measured;
  memory_bytes?: Measured;
  gpu_percent?: Measured;
  gpu_memory_bytes?: Measured;
  verdict?: string;
  because?: string;
}

const CURVES = [
  ["cpu_cores", "CPU", (value: number) => `${value.toFixed(2)} cores`],
  ["memory_bytes", "Memory", bytes],
  ["gpu_percent", "GPU", (value: number) => `${Math.round(value)} %`],
  ["gpu_memory_bytes", "GPU memory", bytes],
] as const;

/** Curves of what a job uses while it runs and is looked at. */
export function measures(app: App, id: string) {
  const samples: Sample[] = [];
  const body = h("div", { class: "curves" });
  const verdict = h("small", { role: "status" }, "Measuring…");
  let loop: ReturnType<typeof repeat> | undefined;
  const show = (sample: Sample) => {
    samples.push(sample);
    samples.splice(0, samples.length - MOST_POINTS);
    const { verdict: word = "", because = "" } = sample;
    tell(verdict, because === "" ? word : `${word}: ${because}`);
    fill(
      body,
      CURVES.map((curve) => curveOf(samples, curve)),
    );
  };
  // A cluster need not measure; the rest of the page works all the same.
  const fail = (error: unknown) => tell(verdict, messageOf(error));
  const look = () =>
    app.host
      .call("job_telemetry", { job: id, seconds: SECONDS })
      .then(({ data }) => show(data as Sample))
      .catch(fail);
  const element = h("section", { class: "card" }, h("h2", {}, "Use"), body, verdict);
  const close = () => {
    loop?.close();
    loop = undefined;
  };
  return {
    close,
    /** Measures it while there is something to measure, and then has something to show. */
    follow({ status }: JobFacts): HTMLElement | undefined {
      if (status !== "running" || !app.tools.has("job_telemetry")) return void close();
      loop ??= repeat(app, EACH_MS, look);
      return element;
    },
  };
}

function curveOf(
  samples: readonly Sample[],
  [key, label, say]: (typeof CURVES)[number],
): HTMLElement | false {
  const points = samples.flatMap((sample) => sample[key] ?? []);
  const last = points.at(-1);
  if (last === undefined) return false;
  const most = Math.max(...points.map(({ mean }) => mean), last.limit ?? 0) || 1;
  const line = points
    .map(({ mean }, index) => `${(index / (MOST_POINTS - 1)) * WIDTH},${HEIGHT - (mean / most) * HEIGHT}`)
    .join(" ");
  const words = `${say(last.mean)}${last.limit === undefined ? "" : ` of ${say(last.limit)}`}`;
  return h(
    "figure",
    {},
    h("figcaption", {}, h("b", {}, label), ` ${words}`),
    svg(
      "svg",
      {
        viewBox: `0 -2 ${WIDTH} ${HEIGHT + 4}`,
        preserveAspectRatio: "none",
        class: "chart",
        "aria-hidden": "true",
      },
      svg("polyline", { points: line, class: "line0" }),
    ),
  );
}

function bytes(value: number): string {
  const gib = value / 1024 ** 3;
  return gib >= 1 ? `${gib.toFixed(1)} GiB` : `${Math.round(value / 1024 ** 2)} MiB`;
}
