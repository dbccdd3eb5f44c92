import { describe } from "vitest";
import { SOON_MS } from "../support/busy.ts";
import { expect, test } from "../support/fixtures.ts";
import { startJob } from "../support/run-job.ts";

describe("a platform that never answers", { tags: "outages" }, () => {
  test.override({ limits: { callMs: 1200 } });

  test("ends a reading call in time, and says so", async ({ mcp, emulator }) => {
    await mcp.ok("job_list");
    emulator.chaos.add({ on: { path: "/api/v1/jobs**" }, do: { kind: "drop" } });
    const started = performance.now();
    expect(await mcp.refusal("job_list")).toMatch(
      /^timed_out: the platform did not answer job_list in time|^timed_out: Listing jobs timed out: no result within 1\.2 s/,
    );
    expect(performance.now() - started).toBeLessThan(SOON_MS);
  });

  test("ends a change in time, and says that it may have happened", async ({ mcp, platform, emulator }) => {
    await startJob(platform, { name: "slow", script: "sleep 60" });
    emulator.chaos.add({
      on: { method: "DELETE", path: "**/jobs/**", times: 1 },
      do: { kind: "delay", ms: 5000 },
    });
    // Whether its state could still be read would depend on the machine.
    emulator.chaos.add({ on: { method: "GET", path: "/api/v1/jobs/job-*" }, do: { kind: "drop" } });
    const text = await mcp.refusal("job_kill", { jobs: ["slow"] });
    expect(text).toMatch(/^unknown_outcome: .*unknown whether it was killed \(timed_out: /s);
  });
});
