import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { WITHIN } from "../../support/busy.ts";
import { create, getJob, untilJob } from "../support/requests.ts";
import type { Scripted } from "../support/scripted.ts";
import { startScripted } from "../support/scripted.ts";

let platform: Scripted;
beforeEach(async () => {
  platform = await startScripted();
});
afterEach(() => platform.close());

const path = (job: { statuses: { status: string; reason: string | null }[] }) =>
  job.statuses.map(({ status, reason }) => `${status}/${reason}`);

describe("a job that runs", () => {
  test("goes through the platform's steps and succeeds with exit code 0", async () => {
    const { id } = await create(platform);
    await untilJob(platform, id, { status: "running" });
    platform.runner.jobs[0]?.end();
    const job = await untilJob(platform, id, { status: "succeeded" });
    expect(path(job)).toEqual([
      "pending/Creating",
      "pending/Scheduling",
      "pending/Pulling",
      "pending/ContainerCreating",
      "running/null",
      "succeeded/null",
    ]);
    expect(job.history).toMatchObject({ exit_code: 0, reason: null, description: null, restarts: 0 });
    expect(job.history.finished_at).toBe(job.statuses.at(-1).transition_time);
  });

  test("fails with the last lines of its output as description", async () => {
    const { id } = await create(platform);
    await untilJob(platform, id, { status: "running" });
    platform.runner.jobs[0]?.print("one\ntwo\n");
    platform.runner.jobs[0]?.end({ exitCode: 3 });
    const job = await untilJob(platform, id, { status: "failed", reason: "Error" });
    expect(job.history).toMatchObject({ exit_code: 3, description: "one\ntwo\n" });
  });

  test("fails as OOMKilled when it used more memory than it may", async () => {
    const { id } = await create(platform);
    await untilJob(platform, id, { status: "running" });
    platform.runner.jobs[0]?.end({ exitCode: 137, oomKilled: true });
    expect((await untilJob(platform, id, { status: "failed", reason: "OOMKilled" })).history.exit_code).toBe(
      137,
    );
  });

  test("costs more the longer it runs", async () => {
    const { id } = await create(platform);
    await untilJob(platform, id, { status: "running" });
    platform.clock.advance(3_600_000);
    const job = await getJob(platform, id);
    expect(Number(job.total_price_credits)).toBeGreaterThan(0.5);
    expect(Number(job.total_price_credits)).toBeLessThan(0.51);
    expect(job.history.run_time_seconds).toBeGreaterThan(3600);
  });

  test("is given what every job is given, over its own variables", async () => {
    const env = { NEURO_JOB_ID: "mine", A: "1" };
    const { id } = await create(platform, { name: "my-job", env, http: { port: 80, requires_auth: true } });
    const job = await untilJob(platform, id, { status: "running" });
    expect(platform.runner.jobs[0]?.launch.env).toMatchObject({
      A: "1",
      NEURO_JOB_ID: id,
      NEURO_JOB_NAME: "my-job",
      NEURO_JOB_OWNER: "alice",
      NEURO_JOB_CLUSTER: "default",
      NEURO_JOB_INTERNAL_HOSTNAME: job.internal_hostname,
      NEURO_JOB_INTERNAL_HOSTNAME_NAMED: job.internal_hostname_named,
      NEURO_JOB_HTTP_PORT: "80",
      NEURO_JOB_HTTP_AUTH: "True",
      NEURO_JOB_PRESET: "cpu-small",
    });
    expect(job.container.env).toEqual(env);
  });

  test("finds a login when it asked for one", async () => {
    const started = await create(platform, { pass_config: true, env: { A: "1" } });
    const job = await untilJob(platform, started.id, { status: "running" });
    const passed = platform.runner.jobs[0]?.launch.env.NEURO_PASSED_CONFIG ?? "";
    const { json: list } = await platform.call("GET", "/api/v1/jobs");
    for (const shown of [started, job, list.jobs[0]])
      expect(shown.container.env).toEqual({ A: "1", NEURO_PASSED_CONFIG: passed });
    const config = JSON.parse(Buffer.from(passed, "base64").toString());
    expect(Object.keys(config).sort()).toEqual(["cluster", "org_name", "project_name", "token", "url"]);
    const answer = await fetch(`${config.url}/config`, {
      headers: { authorization: `Bearer ${config.token}` },
    });
    expect(await answer.json()).toMatchObject({ authorized: true });
  });
});

describe("a job that never runs", () => {
  test.each([
    ["ghcr.io/a/does-not-exist:1", "Collected", "Image 'ghcr.io/a/does-not-exist:1' can not be pulled"],
    ["Not A Name", "Collected", "Invalid image name 'Not A Name'"],
  ])("fails for the image %s", async (image, reason, description) => {
    await platform.close();
    platform = await startScripted({ timing: { pullErrorTimeoutMs: 30 } });
    const { id } = await create(platform, { image });
    const job = await untilJob(platform, id, { status: "failed", reason });
    expect(job.history.description).toBe(description);
    expect(job.history.exit_code).toBeUndefined();
    expect(job.history.started_at).toBe(job.history.finished_at);
  });

  test("waits as ErrImagePull, then ImagePullBackOff", async () => {
    await platform.close();
    platform = await startScripted({ timing: { pullErrorTimeoutMs: 3_600_000 } });
    const { id } = await create(platform, { image: "missing" });
    await untilJob(platform, id, { status: "pending", reason: "ErrImagePull" });
    platform.clock.advance(1_800_000);
    await untilJob(platform, id, { status: "pending", reason: "ImagePullBackOff" });
  });

  test("names the secrets and disks that are missing", async () => {
    const secret = await create(platform, {
      secret_env: { B: "secret://default/acme/vision/b", A: "secret://default/acme/vision/a" },
    });
    const disk = await create(platform, {
      disk_volumes: [{ src_disk_uri: "disk://default/acme/vision/d", dst_path: "/d" }],
    });
    const failed = await untilJob(platform, secret.id, {
      status: "failed",
      reason: "Missing secrets: 'a', 'b'",
    });
    expect(failed.history.description).toBe("The job could not be started.");
    await untilJob(platform, disk.id, { status: "failed", reason: "Missing disks: 'd'" });
  });

  test("gives up when no node comes in time", async () => {
    for (let taken = 0; taken < 2; taken += 1) {
      const other = await create(platform, { preset_name: "a100" });
      await untilJob(platform, other.id, { status: "running" });
    }
    const { id } = await create(platform, { preset_name: "a100", schedule_timeout: 600 });
    await untilJob(platform, id, { status: "pending", reason: "Scheduling" });
    platform.clock.advance(601_000);
    const job = await untilJob(platform, id, { status: "failed", reason: "ClusterScaleUpFailed" });
    expect(job.history.description).toBe("Failed to scale up the cluster to get more resources");
  });

  test("waits for a disk that another job writes to", async () => {
    const disk = { storage: 2 ** 30, project_name: "vision", org_name: "acme", name: "data-1" };
    const made = await platform.call("POST", "/default/disks", { body: disk });
    const src_disk_uri = `disk://default/acme/vision/${made.json.id}`;
    const disk_volumes = [{ src_disk_uri, dst_path: "/d", read_only: false }];
    const writer = await create(platform, { disk_volumes });
    await untilJob(platform, writer.id, { status: "running" });
    const byName = [{ ...disk_volumes[0], src_disk_uri: "disk://default/acme/vision/data-1" }];
    const { id } = await create(platform, { disk_volumes: byName });
    const job = await untilJob(platform, id, { status: "pending", reason: "DiskUnavailable" });
    expect(job.history.description).toBe("Waiting for another job to release disk resource");
    platform.runner.jobs[0]?.end();
    await untilJob(platform, id, { status: "running" });
  });

  test("cannot be scheduled if no node could ever hold it", async () => {
    const { json } = await platform.call("POST", "/api/v1/jobs", {
      body: {
        project_name: "vision",
        cluster_name: "default",
        org_name: "acme",
        container: { image: "ubuntu", resources: { cpu: 4000, memory: 2 ** 30 } },
      },
    });
    await untilJob(platform, json.id, { status: "failed", reason: "Job cannot be scheduled" });
  });
});

describe("the end of a job from outside", () => {
  test("is cancelled at once and without an exit code when it is killed", async () => {
    const { id } = await create(platform);
    await untilJob(platform, id, { status: "running" });
    expect((await platform.call("DELETE", `/api/v1/jobs/${id}`)).status).toBe(204);
    const job = await getJob(platform, id);
    expect(job.history).toMatchObject({ status: "cancelled", reason: "UserRequested", description: null });
    expect(job.history.exit_code).toBeUndefined();
    expect(platform.runner.jobs[0]?.signals).toContain("SIGTERM");
    expect((await platform.call("DELETE", `/api/v1/jobs/${id}`)).status).toBe(204);
    expect((await getJob(platform, id)).statuses).toHaveLength(job.statuses.length);
  });

  test("comes with its life span, which counts only what it ran", async () => {
    const { id } = await create(platform, { max_run_time_minutes: 10 });
    await untilJob(platform, id, { status: "running" });
    platform.clock.advance(9 * 60_000);
    expect((await getJob(platform, id)).status).toBe("running");
    platform.clock.advance(61_000);
    await untilJob(platform, id, { status: "cancelled", reason: "LifeSpanEnded" });
  });

  test("comes later when the life span was extended", async () => {
    const { id } = await create(platform, { max_run_time_minutes: 10 });
    await untilJob(platform, id, { status: "running" });
    const url = `/api/v1/jobs/${id}/max_run_time_minutes`;
    const { status } = await platform.call("PUT", url, { body: { additional_max_run_time_minutes: 5 } });
    expect(status).toBe(204);
    platform.clock.advance(14 * 60_000);
    const job = await getJob(platform, id);
    expect([job.status, job.max_run_time_minutes]).toEqual(["running", 15]);
  });

  test("comes when the credits are used up", async () => {
    await platform.call("PATCH", "/apis/admin/v1/clusters/default/orgs/acme/users/alice/balance", {
      body: { credits: "0.1" },
    });
    const { id } = await create(platform);
    await untilJob(platform, id, { status: "running" });
    platform.clock.advance(3_600_000);
    await untilJob(platform, id, { status: "cancelled", reason: "QuotaExhausted" });
    const refused = await platform.call("POST", "/api/v1/jobs?from_preset", {
      body: { image: "a", project_name: "vision" },
    });
    expect(refused.json).toEqual({ error: "No credits left for user 'alice'" });
  });
});

describe("the pod of a job", () => {
  test("stays for a while after the job ended, and goes at once when it is cancelled", async () => {
    const done = await create(platform);
    const killed = await create(platform);
    expect(done.materialized).toBe(false);
    await untilJob(platform, killed.id, { status: "running" });
    expect((await untilJob(platform, done.id, { status: "running" })).materialized).toBe(true);
    platform.runner.jobs.find(({ launch }) => launch.jobId === done.id)?.end();
    await platform.call("DELETE", `/api/v1/jobs/${killed.id}`);
    const isKept = async (id: string) => (await getJob(platform, id)).materialized;
    await vi.waitFor(async () => expect(await isKept(killed.id)).toBe(false), WITHIN);
    expect((await untilJob(platform, done.id, { status: "succeeded" })).materialized).toBe(true);
    platform.clock.advance(16 * 60_000);
    await vi.waitFor(async () => expect(await isKept(done.id)).toBe(false), WITHIN);
  });
});

describe("a restart policy", () => {
  test("starts a failed job again and counts it", async () => {
    const { id } = await create(platform, { restart_policy: "on-failure" });
    await untilJob(platform, id, { status: "running" });
    platform.runner.jobs[0]?.end({ exitCode: 1 });
    await vi.waitFor(() => expect(platform.runner.jobs).toHaveLength(2), WITHIN);
    platform.runner.jobs[1]?.end({ exitCode: 0 });
    const job = await untilJob(platform, id, { status: "succeeded" });
    expect(job.history.restarts).toBe(1);
    expect(path(job)).toContain("running/Restarting");
  });

  test("starts a job that succeeded again if it always does", async () => {
    const { id } = await create(platform, { restart_policy: "always" });
    await untilJob(platform, id, { status: "running" });
    platform.runner.jobs[0]?.end({ exitCode: 0 });
    await vi.waitFor(() => expect(platform.runner.jobs).toHaveLength(2), WITHIN);
    expect((await getJob(platform, id)).status).toBe("running");
  });
});

describe("a quota of running jobs", () => {
  const quota = { body: { quota: { total_running_jobs: 1 } } };

  test("refuses one more, but not one that is willing to wait", async () => {
    await platform.call("PATCH", "/apis/admin/v1/clusters/default/orgs/acme/users/alice/quota", quota);
    const first = await create(platform);
    await untilJob(platform, first.id, { status: "running" });
    await expect(create(platform)).rejects.toThrow("Jobs limit quota exceeded for user 'alice'");
    const patient = await create(platform, { wait_for_jobs_quota: true });
    expect((await getJob(platform, patient.id)).history.reason).toBe("Creating");
    platform.runner.jobs[0]?.end();
    await untilJob(platform, patient.id, { status: "running" });
  });

  test("of the org counts everybody's", async () => {
    await platform.call("PATCH", "/apis/admin/v1/clusters/default/orgs/acme/quota", quota);
    await create(platform, {}, "bob");
    await expect(create(platform)).rejects.toThrow("Jobs limit quota exceeded for org 'acme'");
  });
});

describe("a scheduled job", () => {
  test("is suspended outside its energy schedule and goes on within it", async () => {
    const now = new Date(platform.clock.nowMs());
    const toNight = ((24 + 23 - now.getUTCHours()) % 24) * 3_600_000;
    platform.clock.advance(toNight);
    const { id } = await create(platform, { preset_name: "a100-x8-spot", energy_schedule_name: "night" });
    await untilJob(platform, id, { status: "running" });
    platform.clock.advance(10 * 3_600_000);
    await untilJob(platform, id, { status: "suspended" });
    platform.clock.advance(14 * 3_600_000);
    const job = await untilJob(platform, id, { status: "running" });
    expect(job.history.restarts).toBe(1);
    expect(job.energy_schedule_name).toBe("night");
  });
});
