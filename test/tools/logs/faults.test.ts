import { describe } from "vitest";
import { SOON_MS } from "../../support/busy.ts";
import { faultProxy } from "../../support/fault-proxy.ts";
import { connectAgent, expect, test } from "../../support/fixtures.ts";
import { startJob, untilPrinted, untilStatus } from "../../support/run-job.ts";

describe("job_logs: when something goes wrong", { tags: "logs" }, () => {
  test("waits on over a cut stream without losing or repeating a line", async ({
    mcp,
    platform,
    emulator,
  }) => {
    const script = "for i in 1 2 3 4 5 6 7 8; do echo line $i; sleep 0.4; done; sleep 60";
    const job = await startJob(platform, { name: "cut", script });
    await untilPrinted(platform, job, "line 1");
    emulator.chaos.add({ on: { path: "**/log_ws", skip: 1, times: 2 }, do: { kind: "cut", afterMs: 600 } });
    const { data } = await mcp.ok("job_logs", { jobs: ["cut"], until_pattern: "line 7", wait_seconds: 30 });
    expect(data.logs[0].log).toBe([1, 2, 3, 4, 5, 6, 7].map((index) => `line ${index}`).join("\n"));
  });

  test("tries again where the platform is away for a moment", async ({ mcp, platform, emulator }) => {
    const job = await startJob(platform, { name: "away", script: "echo hello; sleep 60" });
    await untilPrinted(platform, job, "hello");
    emulator.chaos.add({ on: { path: "**/log_ws", times: 1 }, do: { kind: "answer", status: 503 } });
    const { data } = await mcp.ok("job_logs", { jobs: ["away"], until_pattern: "hello", wait_seconds: 20 });
    expect(data.logs[0].matched).toBe(true);
  });

  test("stops for all jobs at the first match in one", async ({ mcp, platform }) => {
    await startJob(platform, { name: "quiet", script: "sleep 60" });
    const loud = await startJob(platform, { name: "loud", script: "sleep 1; echo ready; sleep 60" });
    await untilStatus(platform, loud, "running");
    const started = performance.now();
    const { data } = await mcp.ok("job_logs", {
      jobs: ["quiet", "loud"],
      until_pattern: "ready",
      wait_seconds: 40,
    });
    expect(performance.now() - started).toBeLessThan(SOON_MS);
    expect(data.logs).toMatchObject([{ matched: false }, { matched: true, log: "ready" }]);
  });

  test("is cancelled at once, and the job goes on", async ({ mcp, platform }) => {
    const job = await startJob(platform, { name: "kept", script: "sleep 60" });
    await untilStatus(platform, job, "running");
    const giveUp = new AbortController();
    const waiting = mcp.call("job_logs", { jobs: ["kept"], until_pattern: "never" }, giveUp.signal);
    const started = performance.now();
    giveUp.abort();
    await expect(waiting).rejects.toThrow();
    expect(performance.now() - started).toBeLessThan(SOON_MS);
    expect((await platform.jobs.status(job.id)).status).toBe("running");
  });

  test("says so when the platform does not come back", async ({ mcp, platform, emulator }) => {
    const job = await startJob(platform, { name: "gone", script: "sleep 60" });
    await untilStatus(platform, job, "running");
    emulator.chaos.add({
      on: { path: "**/log_ws" },
      do: { kind: "answer", status: 403, body: { missing: [] } },
    });
    expect(await mcp.refusal("job_logs", { jobs: ["gone"] })).toMatch(/^not_permitted: /);
  });

  test("says no more than was done where the platform asks to wait", async ({ platform, emulator }) => {
    await untilStatus(platform, await startJob(platform, { name: "busy", script: "sleep 60" }), "running");
    const proxy = await faultProxy(emulator);
    const mcp = await connectAgent(proxy.platform());
    const refusalAfter = async (seconds: string) => {
      const undo = proxy.add({
        path: /log_ws/,
        instead: { status: 503, headers: { "retry-after": seconds } },
      });
      const refusal = await mcp.refusal("job_logs", { jobs: ["busy"] });
      undo();
      return refusal;
    };
    const long = await refusalAfter("600");
    expect(long).toMatch(/^unavailable: .*wait 600 s before/);
    expect(long).not.toMatch(/several times|in a moment/);
    const none = await refusalAfter("0");
    expect(none).toMatch(/^unavailable: .*tried several times/);
    expect(none).not.toMatch(/wait 0 s/);
  });

  test("shows the logs that could be read beside one that could not", async ({ mcp, platform, emulator }) => {
    const [good, bad] = [
      await startJob(platform, { name: "good", script: "echo fine; sleep 60" }),
      await startJob(platform, { name: "bad", script: "echo fine; sleep 60" }),
    ];
    for (const job of [good, bad]) await untilPrinted(platform, job, "fine");
    const fault = { on: { path: `**/${bad.id}/log_ws` }, do: { kind: "answer", status: 503 } } as const;
    const stop = emulator.chaos.add(fault);
    const { text, data } = await mcp.ok("job_logs", { jobs: ["good", "bad"] });
    expect(data.logs).toMatchObject([{ log: "fine" }, { error: expect.stringMatching(/^unavailable: /) }]);
    expect(text).toContain("This log could not be read: unavailable");
    const refusal = await mcp.refusal("job_logs", { jobs: ["bad"] });
    expect(refusal).toMatch(/tried several times; .*\(bad \(job-.*Call job_logs again/);
    stop();
    const next = await mcp.ok("job_logs", { jobs: ["good", "bad"], cursor: data.next_cursor });
    expect(next.data.logs).toMatchObject([{ log: "" }, { log: "fine" }]);
  });
});
