import { describe } from "vitest";
import { expect, test } from "../../support/fixtures.ts";
import { startJob, untilEnded, untilStatus } from "../../support/run-job.ts";
import { listAll, SLEEP } from "../../support/sleepers.ts";

describe("job_rerun, made again with its request_id", { tags: "starts" }, () => {
  test("returns the job of the first call, although the name is that job's by now", async ({
    mcp,
    platform,
  }) => {
    await untilEnded(platform, await startJob(platform, { name: "orig", script: "exit 1" }));
    const args = { job: "orig", preset: "a100", dry_run: false, request_id: "rr-1" };
    const first = await mcp.ok("job_rerun", args);
    const again = await mcp.ok("job_rerun", args);
    expect(again.data.jobs).toEqual([
      expect.objectContaining({ id: first.data.jobs[0].id, name: "orig", repeated: true }),
    ]);
    expect(again.text).toMatch(/^This is the job of the earlier call with this request_id/);
    expect(await listAll(platform)).toHaveLength(2);
  });

  test("returns it, too, when the source was named by id and has ended meanwhile", async ({
    mcp,
    platform,
  }) => {
    const source = await startJob(platform, { name: "orig", script: SLEEP, lifeSpanSeconds: 3600 });
    const args = { job: source.id, env: { A: "1" }, dry_run: false, request_id: "rr-1" };
    const first = await mcp.ok("job_rerun", args);
    await platform.jobs.bumpLifeSpan(source.id, 60);
    await platform.jobs.kill(source.id);
    const again = await mcp.ok("job_rerun", args);
    expect(again.data.jobs[0]).toMatchObject({ id: first.data.jobs[0].id, repeated: true });
  });

  test("finds it where the source is, in another project", async ({ mcp, platform }) => {
    const where = { project: "nlp" };
    await untilEnded(platform, await startJob(platform, { name: "orig", where }));
    const args = { job: "job:/nlp/orig", dry_run: false, request_id: "rr-1" };
    const first = await mcp.ok("job_rerun", args);
    const again = await mcp.ok("job_rerun", args);
    const other = await mcp.ok("job_rerun", { ...args, job: "orig", project: "nlp" });
    expect([again, other].map(({ data }) => data.jobs[0].id)).toEqual([
      first.data.jobs[0].id,
      first.data.jobs[0].id,
    ]);
  });

  test.for([
    [{ preset: "cpu-medium" }, "preset"],
    [{ image: "debian" }, "image"],
    [{ command: "echo other" }, "command"],
    [{ name: "other" }, "name"],
    [{ life_span: "9h" }, "life_span"],
    [{ env: { A: "2" } }, "env"],
  ] as const)("is refused when it now asks for %j", async ([changes, differing], { mcp, platform }) => {
    await untilEnded(platform, await startJob(platform, { name: "orig", env: { A: "1" } }));
    const args = { job: "orig", dry_run: false, request_id: "rr-1" };
    await mcp.ok("job_rerun", args);
    const text = await mcp.refusal("job_rerun", { ...args, ...changes });
    expect(text).toMatch(/^conflict: request_id "rr-1" was already used for job job-/);
    expect(text).toContain(`(${differing})`);
    expect(await listAll(platform)).toHaveLength(2);
  });

  test("is refused for another job than the first call's, in a plan, too", async ({ mcp, platform }) => {
    await untilEnded(platform, await startJob(platform, { name: "orig", script: "true" }));
    const same = await startJob(platform, { name: "same", script: "true" });
    const other = await startJob(platform, { name: "other", script: "echo other" });
    for (const job of [same, other]) await untilEnded(platform, job);
    await mcp.ok("job_rerun", { job: "orig", dry_run: false, request_id: "rr-1" });
    for (const [job, differing] of [
      ["same", "(name)"],
      ["other", "(name, command)"],
      [other.id, "(name, command)"],
    ]) {
      for (const dry_run of [true, false]) {
        const text = await mcp.refusal("job_rerun", { job, dry_run, request_id: "rr-1" });
        expect(text).toMatch(/^conflict: request_id "rr-1" was already used for job job-/);
        expect(text).toContain(differing);
      }
    }
    expect(await listAll(platform)).toHaveLength(4);
  });

  test("says in a dry run that the job is there already", async ({ mcp, platform }) => {
    await untilEnded(platform, await startJob(platform, { name: "orig" }));
    const args = { job: "orig", request_id: "rr-1" };
    const { data } = await mcp.ok("job_rerun", { ...args, dry_run: false });
    const plan = await mcp.ok("job_rerun", args);
    expect(plan.text).toMatch(
      /^Dry run: nothing was started\. The earlier call with this request_id started/,
    );
    expect(plan.text).toContain(data.jobs[0].id);
    expect(plan.data.jobs).toEqual([]);
  });
});

describe("job_rerun of an active job", () => {
  test("is refused without a name or request_id, and says what else there is", async ({ mcp, platform }) => {
    const job = await untilStatus(
      platform,
      await startJob(platform, { name: "orig", script: SLEEP }),
      "running",
    );
    const plan = await mcp.ok("job_rerun", { job: "orig" });
    expect(plan.text).toContain(
      "still running: to replace it, first end it with job_kill; to run a second one beside it",
    );
    const text = await mcp.refusal("job_rerun", { job: "orig", dry_run: false });
    expect(text).toMatch(/^conflict: orig .*is still running.*Nothing was started/s);
    expect(text).toContain('job_kill {"jobs":["orig"]}');
    expect(text).toContain('job_wait {"jobs":["orig"]}');
    expect(text).toContain('"name": "orig-2"');
    expect(await listAll(platform)).toEqual([expect.objectContaining({ id: job.id })]);
  });

  test("starts a second one when asked for by name, or by request_id", async ({ mcp, platform }) => {
    await startJob(platform, { name: "orig", script: SLEEP });
    await mcp.ok("job_rerun", { job: "orig", dry_run: false, name: "orig-2" });
    await mcp.ok("job_rerun", { job: "orig", dry_run: false, request_id: "beside" });
    const names = (await listAll(platform)).map(({ name }) => name);
    expect(names).toEqual(["orig", "orig-2", undefined]);
  });
});
