import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Retention } from "../../../src/emulator/lifecycle/retention.ts";
import { DEFAULT_TIMING } from "../../../src/emulator/lifecycle/timing.ts";
import { JobTable } from "../../../src/emulator/state/job-table.ts";
import { processorMs } from "../../support/busy.ts";
import { memoryLogs } from "../support/doubles.ts";
import { record } from "../support/records.ts";
import { create, getJob, untilJob } from "../support/requests.ts";
import type { Scripted } from "../support/scripted.ts";
import { startScripted } from "../support/scripted.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const WAIT = { timeout: 30_000, interval: 5 };

let platform: Scripted;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "retention-"));
  platform = await startScripted({ dataDir: folder });
});
afterEach(async () => {
  await platform.close();
  rmSync(folder, { recursive: true, force: true });
});

async function finished(): Promise<string> {
  const { id } = await create(platform);
  await untilJob(platform, id, { status: "running" });
  const process = platform.runner.jobs.find(({ launch }) => launch.jobId === id);
  process?.print("hello\n");
  process?.end();
  await untilJob(platform, id, { status: "succeeded" });
  return id;
}

const drop = (id: string) => platform.call("POST", `/api/v1/jobs/${id}/drop`);

const progress = (id: string, body: object) =>
  platform.call("POST", `/api/v1/jobs/${id}/drop_progress`, { body });

async function listed(query: string): Promise<string[]> {
  const { json } = await platform.call("GET", `/api/v1/jobs?${query}`);
  return json.jobs.map((job: { id: string }) => job.id);
}

async function untilGone(id: string): Promise<void> {
  await vi.waitFor(async () => {
    const { status, json } = await platform.call("GET", `/api/v1/jobs/${id}`);
    expect([status, json]).toEqual([400, { error: `no such job ${id}` }]);
  }, WAIT);
}

describe("a job that is dropped", () => {
  test("is marked only, until the cleaner removes its logs and its record", async () => {
    const id = await finished();
    expect((await drop(id)).status).toBe(204);
    expect(await getJob(platform, id)).toMatchObject({ being_dropped: true, logs_removed: false });
    expect(platform.logs.text(id)).toBe("hello\n");
    expect(await listed("being_dropped=False")).toEqual([]);
    expect(await listed("being_dropped=True")).toEqual([id]);
    platform.clock.advance(16 * MINUTE);
    await untilGone(id);
    expect(platform.logs.text(id)).toBe("");
    expect(await listed("")).toEqual([]);
  });

  test("is gone as soon as its logs are said to be removed", async () => {
    const id = await finished();
    await drop(id);
    expect((await progress(id, {})).status).toBe(204);
    expect((await getJob(platform, id)).logs_removed).toBe(false);
    expect((await progress(id, { logs_removed: true })).status).toBe(204);
    await untilGone(id);
    expect(platform.logs.text(id)).toBe("");
  });

  test("stays dropped when the emulator comes back", async () => {
    const [dropped, kept] = [await finished(), await finished()];
    await drop(dropped);
    await progress(dropped, { logs_removed: true });
    await platform.close();
    platform = await startScripted({ dataDir: folder });
    expect(await listed("")).toEqual([kept]);
  });

  test("leaves no process behind if it was running", async () => {
    const { id } = await create(platform, { name: "doomed" });
    await untilJob(platform, id, { status: "running" });
    await drop(id);
    await progress(id, { logs_removed: true });
    await untilGone(id);
    expect(platform.runner.jobs[0]?.signals).toContain("SIGTERM");
    expect((await platform.call("GET", "/api/v1/jobs/doomed")).status).toBe(400);
  });
});

describe("a job that is not being dropped", () => {
  test("makes no progress in it", async () => {
    const id = await finished();
    const refused = await progress(id, { logs_removed: true });
    expect([refused.status, refused.json]).toEqual([400, { error: `Job ${id} is not being dropped` }]);
    expect((await getJob(platform, id)).logs_removed).toBe(false);
  });
});

describe("a job that ended 180 days ago", () => {
  test("is dropped by itself, unlike those that ended later or run", async () => {
    const old = await finished();
    const running = await create(platform);
    await untilJob(platform, running.id, { status: "running" });
    platform.clock.advance(170 * DAY);
    const young = await finished();
    expect(await listed("being_dropped=True")).toEqual([]);
    platform.clock.advance(11 * DAY);
    await vi.waitFor(async () => expect(await listed("being_dropped=True")).toEqual([old]), WAIT);
    platform.clock.advance(16 * MINUTE);
    await untilGone(old);
    expect(await listed("")).toEqual([running.id, young]);
  });
});

describe("a round over 100,000 finished jobs", () => {
  test("holds nobody up, and leaves alone what is not old", async () => {
    const table = new JobTable({ saved: () => undefined, removed: () => undefined });
    for (let index = 0; index < 100_000; index += 1) table.add(record(index));
    let now = 1_795_000_000_000;
    const clock = { nowMs: () => now };
    const deps = { table, logs: memoryLogs(), clock, timing: DEFAULT_TIMING, stop: async () => undefined };
    const retention = new Retention(deps);
    now += 180 * DAY + 1_500;
    expect(processorMs(() => void retention.round())).toBeLessThan(500);
    const marked = () => table.list({ beingDropped: true }).map(({ id }) => id);
    await vi.waitFor(() => expect(marked()).toEqual([record(0).id, record(1).id]), WAIT);
    await retention.close();
  });
});
