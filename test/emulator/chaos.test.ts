import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Limit } from "../../src/client/index.ts";
import { readChaosFile } from "../../src/emulator/chaos.ts";
import { WITHIN } from "../support/busy.ts";
import { create, untilJob } from "./support/requests.ts";
import type { Scripted } from "./support/scripted.ts";
import { startScripted } from "./support/scripted.ts";

let platform: Scripted;
beforeEach(async () => {
  platform = await startScripted();
});
afterEach(() => platform.close());

const JOBS = { method: "GET", path: "/api/v1/jobs" };
const list = () => platform.call("GET", "/api/v1/jobs");

describe("chaos with requests", () => {
  test.each([
    [429, '{"error": "Too many requests"}'],
    [401, "401: Unauthorized"],
    [503, "503 Service Temporarily Unavailable"],
  ])("answers %i, as often as it was told, after as many as it was told", async (status, text) => {
    platform.chaos.add({ on: { ...JOBS, skip: 1, times: 1 }, do: { kind: "answer", status } });
    const answers = [await list(), await list(), await list()];
    expect(answers.map((answer) => answer.status)).toEqual([200, status, 200]);
    expect(answers[1]?.text).toBe(text);
  });

  test("answers with the body and headers it was told", async () => {
    const headers = { "Retry-After": "7" };
    platform.chaos.add({
      on: JOBS,
      do: { kind: "answer", status: 429, body: { error: "slow down" }, headers },
    });
    const answer = await list();
    expect([answer.json, answer.headers.get("retry-after")]).toEqual([{ error: "slow down" }, "7"]);
  });

  test("resets connections and answers again when it is taken back", async () => {
    const stop = platform.chaos.add({ on: JOBS, do: { kind: "reset" } });
    await expect(list()).rejects.toThrow("fetch failed");
    stop();
    expect((await list()).status).toBe(200);
  });

  test("never answers a dropped request", async () => {
    platform.chaos.add({ on: JOBS, do: { kind: "drop" } });
    const answer = fetch(`${platform.context.origin}/api/v1/jobs`, {
      signal: new Limit([], { ms: 150 }).signal,
    });
    await expect(answer).rejects.toMatchObject({ name: "TimeoutError" });
  });

  test("delays", async () => {
    platform.chaos.add({ on: JOBS, do: { kind: "delay", ms: 120 } });
    const from = performance.now();
    await list();
    expect(performance.now() - from).toBeGreaterThanOrEqual(100);
  });

  test("loses the answer of a start, but not the job", async () => {
    platform.chaos.add({
      on: { method: "POST", path: "/api/v1/jobs", times: 1 },
      do: { kind: "lose_answer" },
    });
    await expect(create(platform, { tags: ["lost"] })).rejects.toThrow("fetch failed");
    const { json } = await platform.call("GET", "/api/v1/jobs?tag=lost");
    expect(json.jobs).toHaveLength(1);
  });

  test("cuts a body short", async () => {
    for (let index = 0; index < 3; index += 1) await create(platform);
    platform.chaos.add({ on: JOBS, do: { kind: "cut", afterBytes: 10 } });
    await expect(
      platform.call("GET", "/api/v1/jobs", { headers: { accept: "application/x-ndjson" } }),
    ).rejects.toThrow();
  });

  test("leaves other paths and methods alone", async () => {
    platform.chaos.add({ on: { method: "POST" }, do: { kind: "reset" } });
    platform.chaos.add({ on: { path: "/api/v1/jobs/*" }, do: { kind: "answer", status: 500 } });
    platform.chaos.add({ on: { path: "/api/**/log" }, do: { kind: "answer", status: 504 } });
    expect((await list()).status).toBe(200);
    expect((await platform.call("GET", "/api/v1/jobs/x")).status).toBe(500);
    expect((await platform.call("GET", "/api/v1/jobs/x/log")).status).toBe(504);
  });
});

describe("chaos with jobs and time", () => {
  test("holds a job with a reason until it is let go", async () => {
    const stop = platform.chaos.add({
      job: { name: "held-*" },
      do: {
        kind: "hold",
        reason: "DiskUnavailable",
        description: "Waiting for another job to release disk resource",
      },
    });
    const { id } = await create(platform, { name: "held-1" });
    const job = await untilJob(platform, id, { status: "pending", reason: "DiskUnavailable" });
    expect(job.history.description).toBe("Waiting for another job to release disk resource");
    const other = await create(platform, { name: "free" });
    await untilJob(platform, other.id, { status: "running" });
    stop();
    await untilJob(platform, id, { status: "running" });
  });

  test("plays a log instead of the job", async () => {
    const lines = ["epoch 1", "epoch 2"];
    platform.chaos.add({
      job: { tag: "canned" },
      do: { kind: "canned_log", lines, linesPerSecond: 500, exitCode: 4 },
    });
    const { id } = await create(platform, { tags: ["canned"] });
    const job = await untilJob(platform, id, { status: "failed", reason: "Error" });
    expect(job.history).toMatchObject({ exit_code: 4, description: "epoch 1\nepoch 2\n" });
    expect(platform.logs.text(id)).toBe("epoch 1\nepoch 2\n");
  });

  test("moves the clock", async () => {
    platform.chaos.add({ afterMs: 0, do: { kind: "advance_clock", ms: 3_600_000 } });
    await expect.poll(() => platform.clock.offsetMs, WITHIN).toBe(3_600_000);
    expect((await create(platform)).history.created_at > new Date(Date.now() + 3_000_000).toISOString()).toBe(
      true,
    );
  });
});

describe("a chaos file", () => {
  test("is read, and refused with the place of what is wrong", () => {
    const folder = mkdtempSync(join(tmpdir(), "chaos-"));
    const path = join(folder, "chaos.json");
    const rules = [
      { on: { times: 2 }, do: { kind: "delay", ms: 5 } },
      { job: { name: "train-*" }, do: { kind: "lose_node", afterMs: 60_000 } },
    ];
    writeFileSync(path, JSON.stringify({ rules }));
    expect(readChaosFile(path)).toEqual(rules);
    writeFileSync(path, JSON.stringify({ rules: [{ on: {}, do: { kind: "delay", ms: -1 } }] }));
    expect(() => readChaosFile(path)).toThrow(/rules\[0\]/);
    writeFileSync(path, "{");
    expect(() => readChaosFile(path)).toThrow(/chaos file/);
    rmSync(folder, { recursive: true });
  });
});
