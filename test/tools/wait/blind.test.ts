import { describe } from "vitest";
import { faultProxy } from "../../support/fault-proxy.ts";
import { connectAgent, expect, test } from "../../support/fixtures.ts";
import { startJob, untilStatus } from "../../support/run-job.ts";
import { SLEEP } from "../../support/sleepers.ts";

describe("job_wait", { tags: "outages" }, () => {
  test("tells of one job that its record is gone, and waits on for the other", async ({
    emulator,
    platform,
  }) => {
    const lost = await startJob(platform, { name: "lost", script: SLEEP });
    const kept = await startJob(platform, { name: "kept", script: SLEEP });
    for (const job of [lost, kept]) await untilStatus(platform, job, "running");
    const proxy = await faultProxy(emulator);
    const mcp = await connectAgent(proxy.platform());
    const path = new RegExp(`/jobs/${lost.id}$`);
    const body = JSON.stringify({ error: `no such job ${lost.id}` });
    const headers = { "content-type": "application/json" };
    proxy.add({ path, skip: 1, instead: { status: 400, body } });
    proxy.add({ path: /\/jobs\?/, instead: { status: 200, headers, body: '{"jobs":[]}' } });
    const waiting = mcp.ok("job_wait", { jobs: [lost.id, kept.id], wait_seconds: 40 });
    // It is looked for in a list once its own record is not there.
    await proxy.sees({ path: /\/jobs\?/ });
    await platform.jobs.kill(kept.id);
    const { text, data } = await waiting;
    await mcp.client.close();
    expect(data).toMatchObject({ finished: false, gone: [lost.id] });
    expect(data.jobs).toMatchObject([{ status: "running" }, { status: "cancelled" }]);
    expect(text).toMatch(/lost can no longer be read; it was running when last seen\. There is no job/);
    expect(text).toMatch(/Next: job_status \{"jobs":\["job-/);
  });

  test("says how old it is what it tells when the platform has fallen silent", async ({
    emulator,
    platform,
  }) => {
    const job = await startJob(platform, { name: "quiet", script: SLEEP });
    await untilStatus(platform, job, "running");
    const proxy = await faultProxy(emulator);
    const mcp = await connectAgent(proxy.platform());
    await mcp.ok("job_status", { jobs: [job.id] });
    proxy.add({ path: /\/jobs\/[^/]+$/, skip: 1, instead: "silence" });
    const { text, data } = await mcp.ok("job_wait", { jobs: [job.id], wait_seconds: 12 });
    await mcp.client.close();
    expect(data).toMatchObject({ finished: false, trouble: expect.any(String), as_of: expect.any(String) });
    expect(text).toMatch(/No answer since 20\S+Z, \d+s ago, so this is the state at that time/);
  });
});
