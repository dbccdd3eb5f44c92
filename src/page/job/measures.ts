import { type App, repeat } from "../app.ts";
import { fill, h, svg, tell } from "../dom.ts";

const EACH_MS = 3000;
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

/** Curves of what a running job uses, from the moment that somebody wants to see them. */
export function measures(app: App, id: string): { element: HTMLElement; close(): void } {
  const samples: Sample[] = [];
  const body = h("div", { class: "curves" });
  const verdict = h("small", { role: "status" });
  let loop: ReturnType<typeof repeat> | undefined;
  const look = async () => {
    const { data } = await app.host.call("job_telemetry", { job: id, seconds: 1 });
    samples.push(data as Sample);
    samples.splice(0, samples.length - MOST_POINTS);
    const { verdict: word = "", because = "" } = data as Sample;
    tell(verdict, because === "" ? word : `${word}: ${because}`);
    fill(
      body,
      CURVES.map((curve) => curveOf(samples, curve)),
    );
  };
  const button: HTMLButtonElement = h(
    "button",
    {
      onclick() {
        button.remove();
        loop = repeat(app, EACH_MS, look);
      },
    },
    "Measure CPU, memory and GPU",
  );
  return {
    element: h("section", { class: "card" }, h("h2", {}, "Use"), button, body, verdict),
    close: () => loop?.close(),
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
