import { benchBurst } from "./burst.ts";
import { call } from "./call.ts";
import { benchClient } from "./client.ts";
import { benchReport } from "./report.ts";
import { startUp } from "./start-up.ts";

/** Prints one table of ratios; run it on a quiet machine and compare ratios, never milliseconds. */
const figures = [...(await startUp()), ...(await call())];
console.table(
  figures.map(({ name, oursMs, baselineMs, baseline }) => ({
    measurement: name,
    "ours, ms": Number(oursMs.toFixed(2)),
    "baseline, ms": Number(baselineMs.toFixed(2)),
    baseline,
    ratio: Number((oursMs / baselineMs).toFixed(2)),
  })),
);

// The client beside raw undici requests to the same server: ratios, and growth of memory.
console.table(await benchClient());

// The end of a very dense log: what is read follows what is shown.
console.table(await benchBurst());

// A week of very many jobs: only sums are kept.
console.table(await benchReport());
