import { inParallel, inTurn } from "../harness/measure.ts";
import { Platform } from "../harness/platform.ts";
import { Product } from "../harness/product.ts";
import { type Bench, ratioRow } from "../harness/row.ts";

const JOBS = 100;
const AT_ONCE = 8;

/** A hundred starts by one call, beside a hundred raw POSTs. They wait for their image, so that starting is all that is done. */
export const sweep: readonly Bench[] = [{ rows: ["sweep/100"], run }];

async function run() {
  const platform = await Platform.open({ pendingMs: 3_600_000 });
  const product = new Product(platform.told.passedConfig);
  try {
    const ours = () => product.call("job_start", { image: "ubuntu", command: "echo {i}", count: JOBS });
    const baseline = () => inParallel(() => platform.start("echo 1"), { times: JOBS, atOnce: AT_ONCE });
    const paired = await inTurn({ ours, baseline, rounds: 7 });
    return [
      ratioRow(paired, {
        ...{ name: "sweep/100", what: "job_start of 100 jobs", against: `100 POSTs, ${AT_ONCE} at a time` },
        goal: { atMost: 1.3 },
      }),
    ];
  } finally {
    await product.close();
    await platform.close();
  }
}
