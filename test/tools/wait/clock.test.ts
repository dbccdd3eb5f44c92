import { afterEach, describe, vi } from "vitest";
import { faultProxy } from "../../support/fault-proxy.ts";
import { connectAgent, expect, test } from "../../support/fixtures.ts";
import { startJob, untilStatus } from "../../support/run-job.ts";
import { SLEEP } from "../../support/sleepers.ts";

const HOUR_MS = 3_600_000;

function setClock(byMs: number): void {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + byMs });
}

afterEach(() => {
  vi.useRealTimers();
});

describe("the clock of this machine, set", { tags: "outages" }, () => {
  test.for([
    ["job_wait", {}],
    ["job_wait", { until: "log", pattern: "never" }],
    ["job_logs", { until_pattern: "never" }],
  ] as const)("back: %s %j is over in time", async ([tool, more], { emulator, platform }) => {
    const job = await untilStatus(platform, await startJob(platform, { script: SLEEP }), "running");
    const proxy = await faultProxy(emulator);
    const mcp = await connectAgent(proxy.platform());
    // What is asked but once takes nothing of the time.
    await mcp.ok("apolo_context");
    const waiting = mcp.ok(tool, { jobs: [job.id], wait_seconds: 5, ...more });
    await proxy.sees({ path: /\/jobs\/[^/]+$|log/ });
    setClock(-HOUR_MS);
    const { text } = await waiting;
    await mcp.client.close();
    // Letters of a cursor mean nothing.
    expect(text.replace(/"cursor":"[^"]*"/, "")).not.toMatch(/timed_out|-\d+ ?[smh]/);
  });

  test("ahead: job_wait goes on until the job has ended", async ({ emulator, platform }) => {
    const job = await untilStatus(platform, await startJob(platform, { script: SLEEP }), "running");
    const proxy = await faultProxy(emulator);
    const mcp = await connectAgent(proxy.platform());
    const waiting = mcp.ok("job_wait", { jobs: [job.id], wait_seconds: 50 });
    await proxy.sees({ path: /\/jobs\/[^/]+$/ });
    setClock(HOUR_MS / 2);
    const looks = proxy.seen.length;
    await vi.waitFor(() => expect(proxy.seen.length).toBeGreaterThan(looks + 1), { timeout: 30_000 });
    await platform.jobs.kill(job.id);
    const { data } = await waiting;
    await mcp.client.close();
    expect(data).toMatchObject({ finished: true });
  });
});
