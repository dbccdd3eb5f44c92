import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { gate } from "../../support/gate.ts";
import { create, getJob, untilJob } from "../support/requests.ts";
import type { Scripted } from "../support/scripted.ts";
import { startScripted } from "../support/scripted.ts";

const MINUTE = 60_000;
const DESCRIPTION = "The job could not be scheduled or was preempted.";

let platform: Scripted;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "lost-node-"));
  platform = await startScripted({ dataDir: folder });
});
afterEach(async () => {
  await platform.close();
  rmSync(folder, { recursive: true, force: true });
});

const lose = (afterMs: number, job: object = {}) =>
  platform.chaos.add({ job, do: { kind: "lose_node", afterMs } });

const steps = (job: { statuses: { status: string; reason: string | null }[] }) =>
  job.statuses.map(({ status, reason }) => `${status}/${reason}`);

describe("a job whose node is lost", () => {
  test("fails as not found, without an exit code and without a pod", async () => {
    lose(MINUTE);
    const { id } = await create(platform);
    await untilJob(platform, id, { status: "running" });
    platform.clock.advance(MINUTE / 2);
    expect((await getJob(platform, id)).status).toBe("running");
    platform.clock.advance(MINUTE);
    const job = await untilJob(platform, id, { status: "failed", reason: "NotFound" });
    expect([job.history.description, job.materialized]).toEqual([DESCRIPTION, false]);
    expect("exit_code" in job.history).toBe(false);
    expect(platform.runner.jobs[0]?.signals).toEqual(["SIGKILL"]);
  });

  test.each([
    ["takes turns", { preset_name: "a100-x8-spot" }],
    ["starts again when it fails", { restart_policy: "on-failure" }],
    ["always starts again", { restart_policy: "always" }],
  ])("gets a new pod if it %s, once", async (_what, changes) => {
    lose(0);
    const { id } = await create(platform, changes);
    await vi.waitFor(() => expect(platform.runner.jobs).toHaveLength(2), { timeout: 30_000, interval: 5 });
    const job = await untilJob(platform, id, { status: "running" });
    expect(steps(job).slice(-5)).toEqual([
      "running/null",
      "pending/Scheduling",
      "pending/Pulling",
      "pending/ContainerCreating",
      "running/null",
    ]);
    expect([job.materialized, job.history.restarts]).toEqual([true, 0]);
    platform.clock.advance(MINUTE);
    expect((await getJob(platform, id)).status).toBe("running");
    expect(platform.runner.jobs[1]?.signals).toEqual([]);
  });

  test("is lost between two starts too", async () => {
    const restart = gate();
    vi.spyOn(platform.context.folders, "removeJob").mockImplementationOnce(() => restart.opened);
    lose(MINUTE);
    const { id } = await create(platform, { restart_policy: "on-failure" });
    await untilJob(platform, id, { status: "running" });
    platform.runner.jobs[0]?.end({ exitCode: 1 });
    await untilJob(platform, id, { status: "running", reason: "Restarting" });
    platform.clock.advance(MINUTE);
    // The loss is due at once, the restart after its delay.
    restart.open();
    await vi.waitFor(() => expect(platform.runner.jobs).toHaveLength(2), { timeout: 30_000, interval: 5 });
    const job = await untilJob(platform, id, { status: "running" });
    expect(steps(job).slice(-5, -3)).toEqual(["running/Restarting", "pending/Scheduling"]);
  });

  test("is only the one that was meant", async () => {
    lose(0, { name: "unlucky", times: 1 });
    const lucky = await create(platform, { name: "lucky" });
    const unlucky = await create(platform, { name: "unlucky" });
    await untilJob(platform, unlucky.id, { status: "failed", reason: "NotFound" });
    expect((await untilJob(platform, lucky.id, { status: "running" })).status).toBe("running");
  });

  test("can be one that only plays a log", async () => {
    lose(0, { tag: "played" });
    const lines = ["epoch 1", "epoch 2"];
    platform.chaos.add({ job: { tag: "played" }, do: { kind: "canned_log", lines, linesPerSecond: 0.1 } });
    const { id } = await create(platform, { tags: ["played"] });
    await untilJob(platform, id, { status: "failed", reason: "NotFound" });
    expect(platform.logs.text(id)).toBe("epoch 1\n");
  });
});

describe("an emulator that was killed", () => {
  test("says of every job that ran that it is lost, whatever its restart policy", async () => {
    const jobs = [await create(platform, { restart_policy: "always" }), await create(platform)];
    for (const { id } of jobs) await untilJob(platform, id, { status: "running" });
    await platform.close();
    platform = await startScripted({ dataDir: folder });
    for (const { id } of jobs) {
      const job = await untilJob(platform, id, { status: "failed", reason: "NotFound" });
      expect(job.materialized).toBe(false);
    }
    expect(platform.runner.jobs).toEqual([]);
  });
});
