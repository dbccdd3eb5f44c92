import { vi } from "vitest";
import { jobUri } from "../../src/jobs/names/ids.ts";
import { expect, test } from "../support/fixtures.ts";
import { startJob, untilStatus } from "../support/run-job.ts";
import { connectSession } from "../support/session.ts";
import { SLEEP } from "../support/sleepers.ts";

test("a subscription that is ended while its job is still being found stays ended", async ({
  emulator,
  platform,
}) => {
  const job = await untilStatus(
    platform,
    await startJob(platform, { name: "train", script: SLEEP }),
    "running",
  );
  const uri = jobUri(job);
  const [left, stays] = [await connectSession(platform), await connectSession(platform)];
  let isAsked = false;
  emulator.chaos.add({
    on: { method: "GET", path: `/api/v1/jobs/${job.id}`, times: 1 },
    do: { kind: "delay", ms: 200 },
  });
  const subscribing = left.client.subscribeResource({ uri }).finally(() => {
    isAsked = true;
  });
  await left.client.unsubscribeResource({ uri });
  expect(isAsked).toBe(false);
  await subscribing;
  await stays.client.subscribeResource({ uri });
  await platform.jobs.kill(job.id);
  // Both would be told by the same look.
  await vi.waitFor(() => expect(stays.updates).not.toEqual([]), { timeout: 30_000 });
  expect(left.updates).toEqual([]);
});
