import { describe } from "vitest";
import { expect, test } from "../../support/fixtures.ts";
import { startJob } from "../../support/run-job.ts";
import { listAll, SLEEP } from "../../support/sleepers.ts";
import { addSecrets } from "../../support/stored.ts";

const TURNS = "a100-x8-spot";

describe("job_rerun", () => {
  test("takes what job_start takes, and keeps env values unseen", async ({ mcp, platform, emulator }) => {
    await addSecrets(emulator, ["hf", "wb"]);
    await startJob(platform, {
      ...{ name: "train", script: SLEEP, tags: ["lr"], env: { A: "1", KEY: "old" } },
      secretEnv: { HF: "secret:hf" },
    });
    const { text, data } = await mcp.ok("job_rerun", {
      ...{ job: "train", name: "train-2", restart_policy: "on-failure", tags: ["more"], priority: "normal" },
      ...{ secret_env: { KEY: "secret:wb" }, schedule_timeout: "30m", wait_seconds: 50, dry_run: false },
    });
    expect(text).toContain(
      "; changed: name train → train-2; restart_policy never → on-failure; schedule_timeout none → 30m; tags +more; secret_env KEY.",
    );
    expect(text).toMatch(/^Next: job_logs/m);
    expect(await platform.jobs.status(data.jobs[0].id)).toMatchObject({
      ...{ restart_policy: "on-failure", schedule_timeout: 1800 },
      tags: expect.arrayContaining(["lr", "more"]),
      container: {
        env: { A: "1" },
        secret_env: { HF: "secret://default/acme/vision/hf", KEY: "secret://default/acme/vision/wb" },
      },
    });
  });

  test("mounts beside the job's own volumes, or in place of one", async ({ mcp, platform }) => {
    await startJob(platform, { name: "mounted", script: SLEEP });
    const args = { job: "mounted", volumes: ["storage:data:/mnt:ro", "storage:old:/old"] };
    const { data } = await mcp.ok("job_rerun", args);
    expect(data.plan.mounts).toHaveLength(2);
  });

  test("takes a life span without an end", async ({ mcp, platform }) => {
    await startJob(platform, { name: "short", script: SLEEP, lifeSpanSeconds: 3600 });
    const { text } = await mcp.ok("job_rerun", { job: "short", life_span: "none" });
    expect(text).toContain("no life span, so no bound");
  });

  test.for([
    [{ env: { HF_TOKEN: "hf_abcdefghijklmnopqrstuvwxyz12345678" } }, "env: HF_TOKEN"],
    [{ secret_env: { HF_TOKEN: "hf_abcdefghijklmnopqrstuvwxyz12345678" } }, "secret_env: HF_TOKEN"],
    [{ secret_env: { T: "secret:nope" } }, "secret_env: there is no secret"],
    [{ tags: ["a b"] }, "tags: "],
    [{ schedule_timeout: "60d" }, "schedule_timeout: "],
    [{ volumes: ["x"] }, "volumes"],
  ] as const)("refuses what job_start refuses: %j", async ([args, why], { mcp, platform }) => {
    await startJob(platform, { name: "train", script: SLEEP });
    const asked = { job: "train", name: "again", dry_run: false, ...args };
    expect(await mcp.refusal("job_rerun", asked)).toContain(why);
    expect(await listAll(platform)).toHaveLength(1);
  });

  test("goes to another project, where the name is free", async ({ mcp, platform }) => {
    const job = await startJob(platform, { name: "train", script: SLEEP, env: { A: "1" } });
    const { text } = await mcp.ok("job_rerun", { job: "train", to_project: "nlp" });
    expect(text).toContain("changed: project vision → nlp.");
    expect(text).toContain("Would start train in default/acme/nlp.");
    const args = { job: job.id, to_project: "nlp", name: "moved", request_id: "r1", dry_run: false };
    const { data } = await mcp.ok("job_rerun", args);
    expect(await platform.jobs.status(data.jobs[0].id)).toMatchObject({ project_name: "nlp", name: "moved" });
    expect((await mcp.ok("job_rerun", args)).data.jobs[0]).toMatchObject({
      ...{ id: data.jobs[0].id, repeated: true },
    });
    const slip = await mcp.ok("job_rerun", { job: "train", to_project: "nplp" });
    expect(slip.data.plan.problems).toEqual([
      expect.stringContaining("no project acme/nplp in this cluster (nearest: acme/nlp"),
    ]);
  });

  test("refuses a project that is not the job's, instead of dropping it", async ({ mcp, platform }) => {
    const { id } = await startJob(platform, { name: "train", script: SLEEP });
    for (const job of [id, "job://default/acme/vision/train"]) {
      const refusal = await mcp.refusal("job_rerun", { job, project: "nlp" });
      expect(refusal).toMatch(/^invalid_argument: .*vision.*"to_project":"nlp"/);
      await mcp.ok("job_rerun", { job, project: "acme/vision" });
    }
  });

  test("names as changed only what was asked for, and beside it what could not be kept", async ({
    mcp,
    platform,
  }) => {
    await startJob(platform, { name: "train", script: SLEEP, scheduleTimeoutSeconds: 5400 });
    const plain = await mcp.ok("job_rerun", { job: "train", priority: "normal" });
    expect(plain.text).toContain("; changed: nothing; not kept: name train.");
    const turns = await mcp.ok("job_rerun", { job: "train", preset: TURNS });
    expect(turns.text).toContain(
      `; changed: preset cpu-small → ${TURNS}; not kept: name train, schedule_timeout 1h 30m.`,
    );
  });
});
