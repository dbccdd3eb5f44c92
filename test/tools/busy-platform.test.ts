import { describe } from "vitest";
import { SOON_MS } from "../support/busy.ts";
import { expect, test } from "../support/fixtures.ts";
import { countRequests } from "../support/requests.ts";
import { startJob, untilStatus } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";

const busy = (status: number, seconds: number) =>
  ({ kind: "answer", status, headers: { "retry-after": String(seconds) } }) as const;

describe("a platform that asks to wait", () => {
  test.for([
    [429, "rate_limited", "job_list", {}],
    [503, "unavailable", "job_list", {}],
    [429, "rate_limited", "job_status", { jobs: ["train"] }],
    [429, "rate_limited", "job_kill", { jobs: ["train"] }],
  ] as const)(
    "longer than a call can take (%i): %s at once, with the figure, from %s",
    async ([status, code, tool, args], { mcp, emulator }) => {
      emulator.chaos.add({ on: { path: "**/jobs" }, do: busy(status, 60) });
      const startedAt = Date.now();
      const text = await mcp.refusal(tool, args);
      expect(text).toMatch(new RegExp(`^${code}: .*The platform asks to wait 60 s before trying again`));
      expect(Date.now() - startedAt).toBeLessThan(SOON_MS);
    },
  );

  test("longer than job_wait is to take is told at once, before and while it waits", async ({
    mcp,
    emulator,
    platform,
  }) => {
    const job = await startJob(platform, { name: "train", script: SLEEP });
    await untilStatus(platform, job, "running");
    const args = { jobs: [job.id], wait_seconds: 40 };
    const startedAt = Date.now();
    emulator.chaos.add({ on: { path: "**/jobs/*", skip: 1 }, do: busy(429, 60) });
    const { text } = await mcp.ok("job_wait", args);
    expect(text).toMatch(/^finished: false.*asks to wait 60 s/s);
    expect(await mcp.refusal("job_wait", args)).toMatch(/^rate_limited: .*asks to wait 60 s/);
    expect(Date.now() - startedAt).toBeLessThan(SOON_MS);
  });

  test("a little is waited for", async ({ mcp, emulator }) => {
    emulator.chaos.add({ on: { path: "**/jobs", times: 1 }, do: busy(429, 1) });
    expect((await mcp.ok("job_list")).text).toContain("0");
  });

  test("when a command is to be run says so, and that nothing was run", async ({
    mcp,
    emulator,
    platform,
  }) => {
    await untilStatus(platform, await startJob(platform, { name: "train", script: SLEEP }), "running");
    emulator.chaos.add({ on: { path: "**/exec" }, do: busy(429, 60) });
    const text = await mcp.refusal("job_exec", { job: "train", command: "true" });
    expect(text).toMatch(/^rate_limited: .*asks to wait 60 s.*Nothing was run/s);
  });

  test.for(["job_wait", "job_logs"] as const)(
    "for a log is asked once more by %s at most",
    async (tool, { mcp, emulator, platform }) => {
      const job = await startJob(platform, { name: "train", script: SLEEP });
      await untilStatus(platform, job, "running");
      emulator.chaos.add({ on: { path: "**/log_ws", skip: 1 }, do: busy(429, 600) });
      const requests = countRequests();
      const wait = tool === "job_wait" ? { until: "log", pattern: "never" } : { until_pattern: "never" };
      const { text } = await mcp.call(tool, { jobs: [job.id], wait_seconds: 20, ...wait });
      requests.stop();
      expect(text).toContain("asks to wait 600 s");
      expect(requests.sockets()).toBeLessThanOrEqual(2);
    },
  );
});
