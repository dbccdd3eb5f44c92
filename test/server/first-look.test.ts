import { describe, vi } from "vitest";
import { WITHIN } from "../support/busy.ts";
import { faultProxy } from "../support/fault-proxy.ts";
import { expect, test } from "../support/fixtures.ts";
import { startJob } from "../support/run-job.ts";
import { connectSession } from "../support/session.ts";
import { SLEEP } from "../support/sleepers.ts";

const LOOK = { method: "GET", path: /\/jobs\?/ };
const JOBS = { uri: "apolo://jobs" };

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
}

describe("a subscription to the active jobs", () => {
  test("is answered after the first look, so that nothing is missed between", async ({
    emulator,
    platform,
  }) => {
    const proxy = await faultProxy(emulator);
    const { client, updates } = await connectSession(proxy.platform());
    const { open, opened } = gate();
    proxy.add({ ...LOOK, times: 1, before: opened });
    let isAnswered = false;
    const answer = client.subscribeResource(JOBS).then(() => {
      isAnswered = true;
    });
    const again = client.subscribeResource(JOBS).then(() => {
      isAnswered = true;
    });
    await proxy.sees(LOOK);
    await client.ping();
    expect(isAnswered).toBe(false);
    open();
    await Promise.all([answer, again]);
    await startJob(platform, { name: "train", script: SLEEP });
    await vi.waitFor(() => expect(updates.map(({ uri }) => uri)).toContain(JOBS.uri), WITHIN);
  });

  test("is answered while the platform is away, and told once it is back", async ({ emulator }) => {
    const proxy = await faultProxy(emulator);
    const { client, updates } = await connectSession(proxy.platform());
    await client.readResource(JOBS);
    const restore = proxy.add({ ...LOOK, instead: "reset" });
    await client.subscribeResource(JOBS);
    expect(updates).toEqual([]);
    restore();
    await vi.waitFor(() => expect(updates).toHaveLength(1), WITHIN);
  });
});

test("the list of resources is older than the first look at it", async ({ emulator }) => {
  const proxy = await faultProxy(emulator);
  const { client } = await connectSession(proxy.platform());
  const { open, opened } = gate();
  proxy.add({ ...LOOK, times: 1, before: opened });
  const listed = client.listResources();
  await proxy.sees(LOOK);
  await client.ping();
  // Without looks at the active jobs: a slow machine has time for another one.
  const lists = () => proxy.seen.filter(({ path }) => /\/jobs\?(?!.*\bstatus=)/.test(path));
  expect(lists()).toEqual([]);
  open();
  await listed;
  expect(lists()).not.toEqual([]);
});
