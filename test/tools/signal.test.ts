import { describe } from "vitest";
import { connectAgent, expect, openPolicy, test } from "../support/fixtures.ts";
import { startJob, untilEnded, untilStatus } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";

describe("job_signal", () => {
  test("kills the process: the job fails with 137", async ({ mcp, platform }) => {
    const job = await untilStatus(
      platform,
      await startJob(platform, { name: "train", script: SLEEP }),
      "running",
    );
    const { data, text } = await mcp.ok("job_signal", { job: "train" });
    expect(data).toMatchObject({ id: job.id, owner: "alice", before: "running", after: "failed" });
    expect(text).toContain("exit code 137 is the signal");
    expect((await platform.jobs.status(job.id)).history.exit_code).toBe(137);
  });

  test("says so when the restart policy starts it anew", async ({ mcp, platform }) => {
    const job = await startJob(platform, { name: "train", script: SLEEP, restartPolicy: "always" });
    await untilStatus(platform, job, "running");
    const { data, text } = await mcp.ok("job_signal", { job: "train" });
    expect(data).toMatchObject({ restarted: true });
    expect(text).toContain("restarted by its policy always");
  });

  test("changes nothing about a job that has ended", async ({ mcp, platform }) => {
    await untilEnded(platform, await startJob(platform, { name: "done" }));
    const { data, text } = await mcp.ok("job_signal", { job: "done" });
    expect(data).toMatchObject({ before: "succeeded", after: "succeeded" });
    expect(text).toContain("nothing changed");
  });

  test("asks the person where the client can", async ({ platform }) => {
    const job = await untilStatus(
      platform,
      await startJob(platform, { name: "train", script: SLEEP }),
      "running",
    );
    const agent = await connectAgent(platform, openPolicy, () => "decline");
    expect(await agent.refusal("job_signal", { job: "train" })).toMatch(/^declined: .*nothing was sent/s);
    expect((await platform.jobs.status(job.id)).status).toBe("running");
    await agent.client.close();
  });
});
