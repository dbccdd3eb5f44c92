import { describe } from "vitest";
import { SOON_MS } from "../support/busy.ts";
import { expect, test } from "../support/fixtures.ts";
import { gate } from "../support/gate.ts";
import { startJob, untilEnded, untilPrinted, untilStatus } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";

describe("job_telemetry", () => {
  test("says of an idle job when it printed last, and that it has no GPU", async ({ mcp, platform }) => {
    const script = "while :; do echo tick; sleep 1; done";
    const job = await startJob(platform, { name: "ticker", image: "nvidia/cuda:12.4", script });
    await untilPrinted(platform, job, "tick");
    const { text, data } = await mcp.ok("job_telemetry", { job: "ticker", seconds: 10 });
    expect(text).toContain("GPU: the job has none, though its image is one for GPUs (nvidia/cuda:12.4)");
    expect(Date.now() - Date.parse(data.last_line_at)).toBeLessThan(60_000);
    if (data.verdict === "idle")
      expect(text).toMatch(/^Verdict: idle .* Its log got its last line \d+s ago\.$/m);
  });

  test("sums up a window, with a verdict", async ({ mcp, platform }) => {
    const job = await startJob(platform, { name: "idler", script: "sleep 60" });
    await untilStatus(platform, job, "running");
    // The first look counts what the start itself took; on a busy machine that is much of a short time.
    await mcp.ok("job_telemetry", { job: "idler", seconds: 2 });
    const { text, data } = await mcp.ok("job_telemetry", { job: "idler", seconds: 8 });
    expect(data.samples).toBeGreaterThanOrEqual(1);
    expect(data.verdict).toBe("idle");
    expect(data.cpu_cores).toMatchObject({ limit: job.container.resources.cpu });
    expect(data.memory_bytes.max).toBeLessThan(data.memory_bytes.limit);
    expect(text).toMatch(/CPU: min .* mean .* max .*[▁▂▃▄▅▆▇█].* of .* cores/);
  });

  test("gives what there was when the job ends meanwhile", async ({ mcp, platform }) => {
    const job = await startJob(platform, { name: "short", script: SLEEP });
    await untilStatus(platform, job, "running");
    const sampled = gate();
    const measuring = mcp.call("job_telemetry", { job: "short", seconds: 40 }, undefined, sampled.open);
    await sampled.opened;
    const endedMs = performance.now();
    await platform.jobs.kill(job.id);
    const { data } = await measuring;
    expect(data.samples).toBeGreaterThanOrEqual(1);
    expect(performance.now() - endedMs).toBeLessThan(SOON_MS);
  });

  test("refuses a job that does not run, saying where it stands", async ({ mcp, platform }) => {
    const job = await startJob(platform, { name: "done" });
    await untilEnded(platform, job);
    expect(await mcp.refusal("job_telemetry", { job: "done" })).toMatch(
      /^not_running: Only running jobs can be measured\. done \(job-\w+\): succeeded/,
    );
  });

  test("says that the stream broke off, and after how much", async ({ mcp, platform, emulator }) => {
    const job = await startJob(platform, { name: "box", script: "sleep 60" });
    await untilStatus(platform, job, "running");
    // One sample is shorter, two are longer; a text is never cut within.
    emulator.chaos.add({ on: { path: "**/top", times: 1 }, do: { kind: "cut", afterBytes: 120 } });
    const { text, data } = await mcp.ok("job_telemetry", { job: "box", seconds: 20 });
    expect(data.ended_early).toMatch(/broke off after \d+ samples of 20 s .*call again/);
    expect(text).toContain(data.ended_early);
  });
});
