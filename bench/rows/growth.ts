import { setTimeout as elapse } from "node:timers/promises";
import { fitted, type Point } from "../harness/fit.ts";
import { spread, timed, until } from "../harness/measure.ts";
import { Platform } from "../harness/platform.ts";
import { Product } from "../harness/product.ts";
import { type Bench, type Growth, type Row, type Scale, short } from "../harness/row.ts";
import { begin } from "./watching.ts";

const BASE = { jobs: 100, logBytes: 1_000_000, compared: 10, comparedBytes: 10_000 };
/** A slope of 1 is in proportion, and some of it is chance. */
const PROPORTION = { atMost: 1.1 };
/** A list counts the newest thousand: with fewer than these it does grow. */
const LITTLE = { atMost: 0.3 };
const WATCHED_SECONDS = 6;
/** As many as one call of job_wait takes. */
const WAITED_AT_ONCE = 100;

/** How cost grows with ten, a hundred and a thousand times the work; the value is the slope on logarithmic axes. */
export const growth: readonly Bench[] = [
  { rows: ["growth/list", "growth/report"], run: overJobs },
  { rows: ["growth/tail", "growth/grep"], run: overLogs },
  { rows: ["growth/compare"], run: overCompared },
  { rows: ["growth/wait", "growth/subscribe"], run: overWatched },
];

function sizesFrom(base: number, { most }: Scale): number[] {
  return [1, 10, 100, 1000].filter((times) => times <= most).map((times) => times * base);
}

type Part = Omit<Growth, "points"> & Required<Pick<Row, "name" | "what" | "goal">>;

function growthRow({ name, what, goal, ...kind }: Part, points: readonly Point[]): Row {
  return { name, what, value: fitted(points).slope, unit: "slope", goal, growth: { ...kind, points } };
}

async function overJobs(scale: Scale): Promise<Row[]> {
  const [list, report]: [Point[], Point[]] = [[], []];
  for (const jobs of sizesFrom(BASE.jobs, scale)) {
    await onPlatform({ jobs }, async (product) => {
      const args = { by: ["owner", "preset"], since: "8d", projects: ["*"] };
      list.push([jobs, await costMs(() => product.call("job_list", { limit: 20 }))]);
      let read = 0;
      const ms = await costMs(async () => {
        read = Number((await product.call("job_report", args)).result.structuredContent?.jobs);
      });
      // On a busy machine its time may be over before all are read: that is not what so many cost.
      if (read === jobs) report.push([jobs, ms]);
    });
  }
  const over = { of: "jobs", unit: "ms" };
  return [
    growthRow({ name: "growth/list", what: "job_list of 20 among more jobs", ...over, goal: LITTLE }, list),
    growthRow({ name: "growth/report", what: "job_report of more jobs", ...over, goal: PROPORTION }, report),
  ];
}

async function overLogs(scale: Scale): Promise<Row[]> {
  const sizes = sizesFrom(BASE.logBytes, scale);
  const logged = sizes.map((bytes) => ({ count: 1, bytes, tag: "whole" }));
  const [tail, grep]: [Point[], Point[]] = [[], []];
  await onPlatform({ logged }, async (product, platform) => {
    for (const [at, bytes] of sizes.entries()) {
      const jobs = platform.told.logged.slice(at, at + 1);
      tail.push([bytes / 1e6, await costMs(() => product.call("job_logs", { jobs, lines: 100 }))]);
      const search = { jobs, grep: "RuntimeError|CUDA out of memory", lines: 1000 };
      grep.push([bytes / 1e6, await costMs(() => product.call("job_logs", search))]);
    }
  });
  const over = { of: "MB of log", unit: "ms" };
  return [
    growthRow({ name: "growth/tail", what: "the last lines of longer logs", ...over, goal: LITTLE }, tail),
    growthRow({ name: "growth/grep", what: "a search in longer logs", ...over, goal: PROPORTION }, grep),
  ];
}

async function overCompared(scale: Scale): Promise<Row[]> {
  const sizes = sizesFrom(BASE.comparedBytes, scale);
  const logged = sizes.map((bytes) => ({ count: BASE.compared, bytes, tag: `of-${bytes}` }));
  const points: Point[] = [];
  await onPlatform({ logged }, async (product) => {
    for (const bytes of sizes) {
      const args = { tags: [`of-${bytes}`], metric: "loss", goal: "min" };
      points.push([(BASE.compared * bytes) / 1e6, await costMs(() => product.call("job_compare", args))]);
    }
  });
  const what = `job_compare of ${BASE.compared} jobs with longer logs`;
  return [growthRow({ name: "growth/compare", what, of: "MB of log", unit: "ms", goal: PROPORTION }, points)];
}

async function overWatched(scale: Scale): Promise<Row[]> {
  const counts = sizesFrom(1, scale);
  const points: Record<"wait" | "watch", Point[]> = { wait: [], watch: [] };
  // Their images never come: nothing happens in them.
  const platform = await Platform.open({ pendingMs: 3_600_000 });
  try {
    const ids: string[] = [];
    for (const count of counts) {
      while (ids.length < count) ids.push(await platform.start("true"));
      points.wait.push([count, await idleMs(platform, ids, "wait")]);
      points.watch.push([count, await idleMs(platform, ids, "watch")]);
    }
  } finally {
    await platform.close();
  }
  const over = { of: "jobs", unit: "ms/s", goal: PROPORTION };
  return [
    growthRow({ name: "growth/wait", what: "job_wait for more jobs, processor time", ...over }, points.wait),
    growthRow(
      { name: "growth/subscribe", what: "subscriptions to more jobs, processor time", ...over },
      points.watch,
    ),
  ];
}

/** The processor time of a second in which nothing happens, in milliseconds. */
async function idleMs(platform: Platform, ids: readonly string[], how: "wait" | "watch"): Promise<number> {
  const product = new Product(platform.told.passedConfig);
  try {
    const atOnce = how === "wait" ? WAITED_AT_ONCE : ids.length;
    for (let from = 0; from < ids.length; from += atOnce)
      void begin(product, ids.slice(from, from + atOnce), how);
    await platform.requests();
    await until(async () => (await platform.requests()).length > 0);
    // What it costs to begin is over.
    await elapse(4000);
    const before = product.usage.ranMs();
    await elapse(WATCHED_SECONDS * 1000);
    return (product.usage.ranMs() - before) / WATCHED_SECONDS;
  } finally {
    await product.close();
  }
}

type World = Parameters<typeof Platform.open>[0];

async function onPlatform(world: World, measure: (product: Product, platform: Platform) => Promise<void>) {
  const platform = await Platform.open(world);
  const product = new Product(platform.told.passedConfig);
  try {
    await measure(product, platform);
  } finally {
    await product.close();
    await platform.close();
  }
}

/** The middle of several times, fewer where each is long. */
async function costMs(act: () => Promise<unknown>): Promise<number> {
  await act();
  const times: number[] = [];
  const endMs = performance.now() + 4000;
  while (times.length < 3 || (times.length < 15 && performance.now() < endMs)) times.push(await timed(act));
  return spread(times).median;
}

/** E.g. "By jobs: 100 → 12 ms, 1,000 → 13 ms". */
export function pointsText({ of, unit, points }: Growth): string {
  return `By ${of}: ${points.map(([work, cost]) => `${short(work)} → ${short(cost)} ${unit}`).join(", ")}`;
}
