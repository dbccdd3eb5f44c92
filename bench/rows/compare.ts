import { spread, timed } from "../harness/measure.ts";
import { Platform } from "../harness/platform.ts";
import { MIB } from "../harness/process.ts";
import { Product } from "../harness/product.ts";
import type { Bench, Row } from "../harness/row.ts";

const JOBS = 100;
const LOG_BYTES = 10_000_000;

/** A hundred jobs side by side, whose logs are a gigabyte together. */
export const compare: readonly Bench[] = [
  { rows: ["compare/100", "compare/100-read", "compare/100-memory"], run },
];

async function run(): Promise<Row[]> {
  const platform = await Platform.open({ logged: [{ count: JOBS, bytes: LOG_BYTES, tag: "sweep" }] });
  const product = new Product(platform.told.passedConfig);
  const { usage } = product;
  try {
    const ask = () => product.call("job_compare", { tags: ["sweep"], metric: "loss", goal: "min" });
    await product.call("job_list", {});
    usage.forgetPeak();
    const [residentBefore, readBefore] = [usage.residentBytes(), usage.readBytes()];
    const firstMs = await timed(ask);
    const readMb = (usage.readBytes() - readBefore) / 1e6;
    const times = [firstMs, await timed(ask), await timed(ask)].map((ms) => ms / 1000);
    const { median, low, high } = spread(times);
    const what = `job_compare of ${JOBS} jobs with logs of 10 MB`;
    return [
      { name: "compare/100", what, value: median, unit: "s", range: [low, high], goal: { atMost: 5 } },
      { name: "compare/100-read", what, value: readMb, unit: "MB read", goal: { atMost: 100 } },
      {
        name: "compare/100-memory",
        what,
        value: (usage.peakBytes() - residentBefore) / MIB,
        unit: "MiB more",
      },
    ];
  } finally {
    await product.close();
    await platform.close();
  }
}
