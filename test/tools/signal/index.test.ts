import { describe } from "vitest";
import { unhurried } from "../../support/fake-clock.ts";
import { connectAgent, expect, openPolicy, test } from "../../support/fixtures.ts";
import { startJob, untilEnded, untilStatus } from "../../support/run-job.ts";
import { SLEEP } from "../../support/sleepers.ts";

describe("job_signal", () => {
  test("kills the process: the job fails with 137", async ({ mcp, platform }) => {
    const job = await untilStatus(
      platform,
      await startJob(platform, { name: "train", script: SLEEP }),
      "running",
    );
    const { data, text } = await mcp.ok("job_signal", { job: "train", wait_seconds: 30 });
    expect(data).toMatchObject({ id: job.id, owner: "alice", before: "running", after: "failed" });
    expect(text).toContain("exit code 137 is the signal");
    expect((await platform.jobs.status(job.id)).history.exit_code).toBe(137);
  });

  test("says so when the restart policy starts it anew", async ({ mcp, platform }) => {
    const job = await startJob(platform, { name: "train", script: SLEEP, restartPolicy: "always" });
    await untilStatus(platform, job, "running");
    const { data, text } = await mcp.ok("job_signal", { job: "train", wait_seconds: 30 });
    expect(data).toMatchObject({ restarted: true });
    expect(text).toContain("restarted by its policy always");
  });

  test("changes nothing about a job that has ended", async ({ mcp, platform }) => {
    await untilEnded(platform, await startJob(platform, { name: "done" }));
    const { data, text } = await mcp.ok("job_signal", { job: "done" });
    expect(data).toMatchObject({ before: "succeeded", after: "succeeded" });
    expect(text).toContain("nothing changed");
  });

  test("reads the state when the answer is lost", async ({ mcp, platform, emulator }) => {
    const job = await startJob(platform, { name: "train", script: SLEEP });
    await untilStatus(platform, job, "running");
    emulator.chaos.add({ on: { path: "**/kill" }, do: { kind: "lose_answer" } });
    const { data, text } = await mcp.ok("job_signal", { job: "train", wait_seconds: 30 });
    expect(data).toMatchObject({ before: "running", after: "failed" });
    expect(text).toContain("the answer was lost, but its state shows it");
  });

  test("says that nothing was sent when the platform refuses, and that it is unknown when it is silent", async ({
    mcp,
    platform,
    emulator,
  }) => {
    const job = await startJob(platform, { name: "train", script: SLEEP });
    await untilStatus(platform, job, "running");
    emulator.chaos.add({ on: { path: "**/kill", times: 1 }, do: { kind: "answer", status: 503 } });
    expect(await mcp.refusal("job_signal", { job: "train" })).toMatch(/^unavailable: .*Nothing was sent/s);
    for (const fault of [{ kind: "reset" }, { kind: "answer", status: 500 }] as const) {
      emulator.chaos.add({ on: { path: "**/kill", times: 1 }, do: fault });
      const asked = { job: "train", wait_seconds: 0 };
      const text = await unhurried(platform, () => mcp.refusal("job_signal", asked));
      expect(text).toMatch(/^unknown_outcome: .*train .*still running.*job_status \{"jobs":\["train"\]\}/s);
    }
  });

  test("sends who names a waiting job on: it has no process yet", async ({ mcp, platform, emulator }) => {
    emulator.chaos.add({ job: { name: "stuck" }, do: { kind: "hold", reason: "ErrImagePull" } });
    await startJob(platform, { name: "stuck" });
    const text = await mcp.refusal("job_signal", { job: "stuck" });
    expect(text).toMatch(/^not_running: stuck .*Nothing was sent.*job_kill \{"jobs":\["stuck"\]\}/s);
  });

  test("sends after a yes, and asks about each signal", async ({ platform }) => {
    const started = await startJob(platform, { name: "train", restartPolicy: "always", script: SLEEP });
    await untilStatus(platform, started, "running");
    let questions = 0;
    const agent = await connectAgent(platform, openPolicy, () => {
      questions += 1;
      return "accept";
    });
    const { data } = await agent.ok("job_signal", { job: "train" });
    expect(data).toMatchObject({ id: started.id, before: "running" });
    expect(questions).toBe(1);
    await agent.client.close();
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
