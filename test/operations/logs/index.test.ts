import { randomUUID } from "node:crypto";
import { expect, onTestFinished, vi } from "vitest";
import { openCaller } from "../../../src/operations/caller.ts";
import { readLogs } from "../../../src/operations/logs/index.ts";
import { openPolicy, test } from "../../support/fixtures.ts";
import { startJob, untilPrinted } from "../../support/run-job.ts";

const MINUTE_MS = 60_000;

test("readLogs looks at the clock when it has waited, not before", async ({ platform }) => {
  // Without bubblewrap it is a file of this machine.
  const file = `/tmp/go-${randomUUID()}`;
  const script = `echo one; until [ -e ${file} ]; do sleep 0.05; done; rm ${file}; echo two; sleep 60`;
  const job = await startJob(platform, { script });
  await untilPrinted(platform, job, "one");
  const caller = openCaller(platform, openPolicy);
  onTestFinished(() => caller.close());
  const now = Date.now;
  const begunMs = now();

  const query = { jobs: [job.id], until_pattern: "two", wait_seconds: 40 };
  const call = { caller, signal: new AbortController().signal, progress: () => undefined };
  const reading = readLogs(query, call);
  vi.spyOn(Date, "now").mockImplementation(() => now() + MINUTE_MS);
  onTestFinished(() => void vi.restoreAllMocks());
  await platform.jobs.execAndCollect(job.id, { command: `touch ${file}` });

  const { view } = await reading;
  expect(view.nowMs - begunMs).toBeGreaterThanOrEqual(MINUTE_MS);
});
