import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { WITHIN } from "../../support/busy.ts";
import { create, getJob, untilJob } from "../support/requests.ts";
import type { Scripted } from "../support/scripted.ts";
import { startScripted } from "../support/scripted.ts";

const MINUTE = 60_000;

let platform: Scripted;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "turns-"));
  platform = await startScripted({ gpuNodes: 1, dataDir: folder });
});
afterEach(async () => {
  await platform.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A job that takes turns on a node of its own. */
async function start(changes: object = {}): Promise<string> {
  const { id } = await create(platform, { preset_name: "a100-x8-spot", ...changes });
  return String(id);
}

/** A job that needs a whole node of the same kind, and keeps it. */
async function startLasting(changes: object = {}): Promise<string> {
  const place = { project_name: "vision", cluster_name: "default", org_name: "acme" };
  const resources = { cpu: 96, memory: 2 ** 30, nvidia_gpu: 8 };
  const body = { ...place, container: { image: "ubuntu", resources }, schedule_timeout: 86_400, ...changes };
  const { json } = await platform.call("POST", "/api/v1/jobs", { body });
  return String(json.id);
}

const runs = (id: string) => untilJob(platform, id, { status: "running" });
const suspended = (id: string) => untilJob(platform, id, { status: "suspended" });
const waits = (id: string) =>
  vi.waitFor(() => expect(line()).toContain(id), { timeout: 30_000, interval: 5 });
const line = () =>
  platform.context.lifecycle
    .nodes("default")
    ?.line()
    .map((job) => job.id);

function end(id: string): void {
  platform.runner.jobs.findLast(({ launch }) => launch.jobId === id)?.end();
}

describe("a job that takes turns", () => {
  test("is suspended for one that waits once its quantum is over, and goes on after it", async () => {
    const first = await start();
    await runs(first);
    const second = await startLasting();
    await waits(second);
    platform.clock.advance(MINUTE / 2);
    expect((await getJob(platform, first)).status).toBe("running");
    platform.clock.advance(MINUTE);
    await runs(second);
    const job = await getJob(platform, first);
    expect([job.status, job.history.reason, job.materialized]).toEqual(["suspended", null, false]);
    expect(platform.runner.jobs[0]?.signals).toContain("SIGTERM");
    end(second);
    const again = await runs(first);
    expect([again.history.restarts, again.materialized]).toEqual([1, true]);
  });

  test("begins with its image again when it goes on", async () => {
    const first = await start();
    await runs(first);
    const file = join(platform.runner.jobs[0]?.launch.folder ?? "", "half-done");
    writeFileSync(file, "x");
    const second = await startLasting();
    await waits(second);
    platform.clock.advance(2 * MINUTE);
    await runs(second);
    end(second);
    await runs(first);
    expect(platform.runner.jobs[2]?.launch.folder).toBe(join(file, ".."));
    expect(existsSync(file)).toBe(false);
  });

  test("takes them with others of its kind", async () => {
    const [first, second] = [await start(), await start()];
    await runs(first);
    await waits(second);
    for (const [running, waiting] of [
      [first, second],
      [second, first],
      [first, second],
    ] as const) {
      await runs(running);
      await waits(waiting);
      platform.clock.advance(2 * MINUTE);
      await suspended(running);
    }
    expect((await runs(second)).history.restarts).toBe(1);
  });

  test("keeps its node from a lower priority, and from one for which there is room", async () => {
    const first = await start();
    await runs(first);
    const low = await startLasting({ priority: "low" });
    await waits(low);
    platform.clock.advance(5 * MINUTE);
    const elsewhere = await create(platform, { preset_name: "a100" });
    await runs(elsewhere.id);
    expect((await getJob(platform, first)).status).toBe("running");
    expect(line()).toEqual([low]);
  });

  test("does not give up waiting for a node", async () => {
    const first = await startLasting();
    await runs(first);
    const second = await start();
    await waits(second);
    platform.clock.advance(60 * MINUTE);
    end(first);
    await runs(second);
  });
});

/** A job that made room for another, and that other, which runs. */
async function replaced(): Promise<[first: string, second: string]> {
  const first = await start();
  await runs(first);
  const second = await startLasting();
  await waits(second);
  platform.clock.advance(2 * MINUTE);
  await runs(second);
  return [first, second];
}

describe("a suspended job", () => {
  test("lets pending jobs pass, but not for ever", async () => {
    const first = await start();
    await runs(first);
    const [second, third] = [await startLasting(), await startLasting()];
    await waits(third);
    platform.clock.advance(2 * MINUTE);
    await runs(second);
    const fourth = await startLasting();
    await waits(fourth);
    end(second);
    await runs(third);
    expect(line()).toEqual([fourth]);
    platform.clock.advance(10 * MINUTE);
    await waits(first);
    end(third);
    await runs(first);
    expect((await getJob(platform, fourth)).status).toBe("pending");
  });

  test("goes before pending jobs of a lower priority", async () => {
    const first = await start();
    await runs(first);
    const [second, low] = [await startLasting(), await startLasting({ priority: "low" })];
    await waits(low);
    platform.clock.advance(2 * MINUTE);
    await runs(second);
    await waits(first);
    end(second);
    await runs(first);
  });

  test("has no seat among the running jobs, and waits for one", async () => {
    const [first, second] = await replaced();
    const third = await create(platform);
    await runs(third.id);
    const limit = { body: { quota: { total_running_jobs: 1 } } };
    await platform.call("PATCH", "/apis/admin/v1/clusters/default/orgs/acme/users/alice/quota", limit);
    end(second);
    await untilJob(platform, second, { status: "succeeded" });
    platform.clock.advance(16 * MINUTE);
    await expect.poll(line, WITHIN).toEqual([]);
    expect((await getJob(platform, first)).status).toBe("suspended");
    end(third.id);
    await untilJob(platform, third.id, { status: "succeeded" });
    platform.clock.advance(16 * MINUTE);
    await runs(first);
  });

  test("is still suspended when the emulator comes back, and goes on", async () => {
    const [first] = await replaced();
    await platform.close();
    platform = await startScripted({ gpuNodes: 1, dataDir: folder });
    const { statuses } = await runs(first);
    const after = statuses.map(({ status, reason }: { status: string; reason: string }) => [status, reason]);
    expect(after.slice(-4)).toEqual([
      ["suspended", null],
      ["pending", "Pulling"],
      ["pending", "ContainerCreating"],
      ["running", null],
    ]);
  });
});
