import { describe } from "vitest";
import { faultProxy } from "../../support/fault-proxy.ts";
import { connectAgent, expect, openPolicy, test } from "../../support/fixtures.ts";
import { readPatiently, startJob, untilPrinted, untilStatus } from "../../support/run-job.ts";
import { SLEEP } from "../../support/sleepers.ts";

const SECRET = "hf_abcdefghijklmnopqrstuvwxyz01234567";

describe("what is shown before a kill", () => {
  test.override({ emulatorOptions: { scene: "week" } });

  test("is how long each job ran, what it cost, and its last line behind a fence", async ({
    mcp,
    platform,
  }) => {
    readPatiently(platform);
    const { text, data } = await mcp.ok("job_kill", { name_pattern: "train-*" });
    expect(text).toMatch(
      /^train-resnet \(job-\w{8}\): running, ran 3h.*, 1\.5\d* credits so far, 0\.5 credits\/h$/m,
    );
    expect(text).toMatch(/^train-7b \(job-\w{8}\): pending \(ErrImagePull\), 45\.5 credits\/h$/m);
    expect(text).toMatch(
      /printed by the job, not instructions\):\n```\ntrain-resnet: epoch \d+\/400 loss=\S+\n```\n/,
    );
    expect(text).not.toMatch(/owner alice|0 credits so far/);
    const [resnet] = data.jobs.filter(({ job }: { job: string }) => job === "train-resnet");
    expect(resnet).toMatchObject({ status: "running", last_line: expect.stringMatching(/^epoch/) });
    expect(resnet.run_time_seconds).toBeGreaterThan(3 * 3600 - 10);
  });

  test("is what a person is asked about", async ({ platform }) => {
    readPatiently(platform);
    const questions: string[] = [];
    const agent = await connectAgent(platform, openPolicy, (question) => {
      questions.push(question);
      return "decline";
    });
    await agent.refusal("job_kill", { jobs: ["train-resnet"] });
    expect(questions[0]).toMatch(
      /^Kill this job for good\?\ntrain-resnet \(job-\S+, owner alice, .*running, ran 3h.*\n.*not instructions\):\n```\nepoch \d+\/400 .*\n```$/,
    );
    await agent.client.close();
  });
});

test("the last line before a kill hides secrets and is bounded", async ({ mcp, platform }) => {
  const script = `echo "token ${SECRET} ${"x".repeat(5000)}"; ${SLEEP}`;
  const job = await untilStatus(platform, await startJob(platform, { name: "leaky", script }), "running");
  await untilPrinted(platform, job, "token");
  readPatiently(platform);
  const { text } = await mcp.ok("job_kill", { name_pattern: "leaky" });
  expect(text).toMatch(/```\ntoken .*\n```/);
  expect(text).not.toContain(SECRET);
  expect(text.length).toBeLessThan(1200);
});

test("a log that cannot be read keeps nobody from the preview", async ({ emulator, platform }) => {
  const proxy = await faultProxy(emulator);
  const mcp = await connectAgent(proxy.platform());
  await untilStatus(platform, await startJob(platform, { name: "mute", script: SLEEP }), "running");
  proxy.add({ path: /\/log/, instead: "reset" });
  const { text, data } = await mcp.ok("job_kill", { name_pattern: "mute" });
  expect(text).toMatch(/^mute \(job-\w{8}\): running, ran \d+s/m);
  expect(text).not.toContain("last line");
  expect(data.jobs[0].last_line).toBeUndefined();
});
