import { spread, timed } from "../harness/measure.ts";
import { Platform } from "../harness/platform.ts";
import { MIB } from "../harness/process.ts";
import { Product } from "../harness/product.ts";
import type { Bench, Row } from "../harness/row.ts";
import { rawRequests } from "./status.ts";

const JOBS = 100_000;
const ROUNDS = 3;

/** A week's report of a platform's jobs: all are read, none is kept. */
export const report: readonly Bench[] = [{ rows: ["report/100000", "report/100000-memory"], run }];

async function run(): Promise<Row[]> {
  const platform = await Platform.open({ jobs: JOBS });
  const product = new Product(platform.told.passedConfig);
  const raw = rawRequests(platform, null);
  try {
    const ask = async () => {
      const args = { since: "8d", by: ["owner", "preset"], projects: ["*"] };
      const { result } = await product.call("job_report", args);
      const read = Number(result.structuredContent?.jobs);
      if (read < JOBS) throw new Error(`the report's time was over after ${read} jobs: the machine is busy`);
    };
    await product.call("job_list", {});
    await platform.requests();
    const { usage } = product;
    usage.forgetPeak();
    const before = usage.residentBytes();
    const [ours, baseline]: [number[], number[]] = [[await timed(ask)], []];
    const asked = (await platform.requests()).map((line) => line.replace(/^GET /, ""));
    for (let round = 0; round < ROUNDS; round += 1) {
      baseline.push(await timed(() => Promise.all(asked.map((path) => raw.lines(path)))));
      if (round > 0) ours.push(await timed(ask));
    }
    const [own, base] = [spread(ours), spread(baseline)];
    const what = "job_report of a week, 100,000 jobs";
    return [
      {
        ...{ name: "report/100000", what, against: "the same queries, raw", unit: "×" },
        ...{ value: own.median / base.median, ours: own, baseline: base },
      },
      {
        ...{ name: "report/100000-memory", what, unit: "MiB more" },
        ...{ value: (usage.peakBytes() - before) / MIB },
      },
    ];
  } finally {
    await product.close();
    await raw.close();
    await platform.close();
  }
}
