import { vi } from "vitest";
import { jobUri } from "../../src/jobs/names/ids.ts";
import { WITHIN } from "../support/busy.ts";
import { faultProxy } from "../support/fault-proxy.ts";
import { expect, test } from "../support/fixtures.ts";
import { gate } from "../support/gate.ts";
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
  const proxy = await faultProxy(emulator);
  const watched = proxy.platform();
  const [left, stays] = [await connectSession(watched), await connectSession(watched)];
  const finding = gate();
  const look = { method: "GET", path: /\/jobs\/job-/ };
  proxy.add({ ...look, before: finding.opened });
  let isAnswered = false;
  const subscribing = left.client.subscribeResource({ uri }).finally(() => {
    isAnswered = true;
  });
  await proxy.sees(look);
  await left.client.unsubscribeResource({ uri });
  expect(isAnswered).toBe(false);
  finding.open();
  await subscribing;
  await stays.client.subscribeResource({ uri });
  await platform.jobs.kill(job.id);
  // Both would be told by the same look.
  await vi.waitFor(() => expect(stays.updates).not.toEqual([]), WITHIN);
  expect(left.updates).toEqual([]);
});
