import { Clock } from "../src/emulator/clock.ts";
import { openHome } from "../src/emulator/home.ts";
import { FileLogs } from "../src/emulator/logs/store.ts";
import { openRunner } from "../src/emulator/run/index.ts";
import { serve } from "../src/emulator/serve.ts";
import { encodeConfig } from "../src/emulator/state/tokens.ts";
import { record } from "../test/emulator/support/records.ts";

// The emulator with many jobs of the last days, all of which have ended.
const JOBS = Number(process.env.BENCH_JOBS);
const DAYS = 7;

const home = openHome(undefined);
const clock = new Clock();
const logs = new FileLogs(home.folders.logs, undefined);
const { context, token } = await serve({}, { home, clock, runner: openRunner(), logs });
const nowMs = clock.nowMs();
for (let index = 0; index < JOBS; index += 1) {
  const createdMs = nowMs - DAYS * 86_400_000 + (index * DAYS * 86_400_000) / JOBS;
  const job = record(index, { owner: `user-${index % 500}`, presetName: `preset-${index % 20}` });
  const [first] = job.statuses;
  const statuses = job.statuses.map((step) => ({
    ...step,
    atMs: createdMs + step.atMs - (first?.atMs ?? 0),
  }));
  context.table.add({ ...job, statuses });
}
const place = { user: "alice", cluster: "default", org: "acme", project: "vision" };
process.send?.(encodeConfig({ ...place, token, origin: context.origin }));

// Whoever asked for it may have been killed.
process.once("disconnect", () => process.exit());
