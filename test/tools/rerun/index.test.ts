import { describe } from "vitest";
import { canIsolate } from "../../emulator/run/jobs.ts";
import { expect, test } from "../../support/fixtures.ts";
import { startJob, untilEnded, untilStatus } from "../../support/run-job.ts";
import { listAll, SLEEP } from "../../support/sleepers.ts";

describe("job_rerun", () => {
  test("plans first, and starts the same job when told to", async ({ mcp, platform }) => {
    const original = await untilEnded(
      platform,
      await startJob(platform, {
        ...{ name: "prep", script: 'echo "$PLAIN"; exit 1', tags: ["data", "mcp:old"], description: "d" },
        ...{ env: { PLAIN: "a value" }, lifeSpanSeconds: 7200, workingDir: "/tmp", tty: true, shm: true },
        ...{ restartPolicy: "on-failure", http: { port: 8080, requiresAuth: false } },
      }).then((job) => platform.jobs.kill(job.id).then(() => job)),
    );
    const plan = await mcp.ok("job_rerun", { job: "prep" });
    expect(plan.text).toMatch(/^Rerun of prep .*changed: nothing\.\nDry run: nothing was started/);
    expect(plan.text + JSON.stringify(plan.data)).not.toContain("a value");
    expect(await listAll(platform)).toHaveLength(1);
    const { data } = await mcp.ok("job_rerun", { job: "prep", dry_run: false, request_id: "r2" });
    const job = await platform.jobs.status(data.jobs[0].id);
    expect(job).toMatchObject({
      ...{ name: "prep", description: "d", life_span: 7200, restart_policy: "on-failure" },
      tags: ["data", "mcp-as:120", expect.stringMatching(/^mcp-by:/), "mcp:r2"],
      container: original.container,
    });
    expect(data.original).toBe(original.id);
  });

  test("keeps the original's words as they are: no second shell", async ({ mcp, platform }) => {
    const command = `python -c "print('$HOME')"`;
    await untilEnded(platform, await startJob(platform, { name: "words", command }));
    const { data } = await mcp.ok("job_rerun", { job: "words", dry_run: false });
    expect((await platform.jobs.status(data.jobs[0].id)).container.command).toBe(command);
  });

  test("changes what is asked for and keeps the rest", async ({ mcp, platform }) => {
    await startJob(platform, { name: "train", script: SLEEP, env: { A: "1", B: "2" } });
    const { data, text } = await mcp.ok("job_rerun", {
      ...{
        job: "train",
        name: "train-2",
        preset: "cpu-medium",
        env: { B: "3" },
        life_span: "6h",
        dry_run: false,
      },
    });
    expect(text).toContain(
      "changed: name train → train-2; preset cpu-small → cpu-medium; a new life span; env B.",
    );
    expect(await platform.jobs.status(data.jobs[0].id)).toMatchObject({
      ...{ name: "train-2", preset_name: "cpu-medium", life_span: 21_600 },
      container: { env: { A: "1", B: "3" }, command: `sh -c '${SLEEP}'` },
    });
  });

  test("takes no name while the original has it", async ({ mcp, platform }) => {
    await untilStatus(platform, await startJob(platform, { name: "train", script: SLEEP }), "running");
    const { text } = await mcp.ok("job_rerun", { job: "train" });
    expect(text).toContain("changed: nothing; not kept: name train.");
    expect(text).toMatch(/train is still running: .* to run a second one beside it, give "name"/);
    expect(text).toContain("Checked: ");
  });

  test("says what is known to speak against it, in the plan and when it is started", async ({
    mcp,
    platform,
  }) => {
    await untilEnded(platform, await startJob(platform, { name: "train", image: "does-not-exist:v1" }));
    const plan = await mcp.ok("job_rerun", { job: "train" });
    expect(plan.text).toContain("\nDoubts:\n- image: does-not-exist:v1 could not be pulled");
    expect(plan.data.plan.doubts).toEqual([expect.stringContaining("does-not-exist:v1")]);
    const other = await mcp.ok("job_rerun", { job: "train", image: "ubuntu", preset: "cpu-medium" });
    expect(other.text).toContain("Checked: ");
    const { text } = await mcp.ok("job_rerun", { job: "train", dry_run: false });
    expect(text).toContain("Note: image: does-not-exist:v1 could not be pulled");
  });

  test("keeps secrets as references", async ({ mcp, platform }) => {
    await startJob(platform, { name: "secretive", secretEnv: { TOKEN: "secret:hf" } });
    const { data } = await mcp.ok("job_rerun", { job: "secretive", name: "secretive-2" });
    expect(data.plan.secret_env).toEqual({ TOKEN: "secret://default/acme/vision/hf" });
  });

  // Without bubblewrap the emulator refuses a job that mounts something.
  test.runIf(canIsolate)("keeps mounts as references", async ({ mcp, platform }) => {
    const volumes = [
      "storage:data:/mnt:ro",
      "storage:runs/10:30:/runs",
      "secret:key:/etc/key",
      "disk:d:/data",
    ];
    await startJob(platform, { name: "mounts", volumes });
    const { data } = await mcp.ok("job_rerun", { job: "mounts", name: "mounts-2" });
    expect(data.plan.mounts).toEqual([
      "storage://default/acme/vision/data → /mnt (read-only)",
      "storage://default/acme/vision/runs/10:30 → /runs",
      "secret://default/acme/vision/key → /etc/key",
      "disk://default/acme/vision/d → /data",
    ]);
  });

  test("says which preset a job without one would get", async ({ mcp, platform }) => {
    const resources = { cpu: 0.1, memory: 2 ** 27, shm: false };
    await platform.jobs.run({ image: "ubuntu", command: SLEEP, name: "own", resources });
    const { text } = await mcp.ok("job_rerun", { job: "own" });
    expect(text).toMatch(/not kept: name own, 0\.1 CPU and 128 MiB of its own \(now cpu-/);
  });

  test("asks the new preset, not the old one, what it allows", async ({ mcp, platform }) => {
    await startJob(platform, { name: "patient", script: SLEEP, scheduleTimeoutSeconds: 5400 });
    const turns = (await platform.context()).clusters[0]?.presets.find((preset) => preset.scheduler_enabled);
    const { data, text } = await mcp.ok("job_rerun", { job: "patient", preset: turns?.name });
    expect(data.plan.problems).toEqual([]);
    expect(text).toContain("not kept: name patient, schedule_timeout 1h 30m.");
    const same = await mcp.ok("job_rerun", { job: "patient", name: "patient-2", dry_run: false });
    expect((await platform.jobs.status(same.data.jobs[0].id)).schedule_timeout).toBe(5400);
  });

  test("refuses a life span that no job can mean", async ({ mcp, platform }) => {
    await startJob(platform, { name: "orig", script: SLEEP });
    const life_span = "999999999w";
    for (const [tool, args] of [
      ["job_rerun", { job: "orig", life_span }],
      ["job_start", { image: "ubuntu", life_span }],
    ] as const)
      expect(await mcp.refusal(tool, args)).toMatch(/life_span: "999999999w" is more than 365d/);
  });

  test("is refused for what job_start would refuse", async ({ mcp, platform }) => {
    await untilEnded(platform, await startJob(platform, { name: "done" }));
    const text = await mcp.refusal("job_rerun", { job: "done", name: "Bad_Name", dry_run: false });
    expect(text).toMatch(/^invalid_argument: .*bad-name/s);
    expect(await mcp.refusal("job_rerun", { job: "dome" })).toMatch(/^not_found: .*done/s);
  });
});
