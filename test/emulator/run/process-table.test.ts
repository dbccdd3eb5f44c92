import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { afterEach, describe, expect, test } from "vitest";
import { endStrays, ProcessTable } from "../../../src/emulator/run/process-table.ts";
import { WITHIN } from "../../support/busy.ts";
import { programsOf } from "./jobs.ts";

const started: number[] = [];

afterEach(() => {
  for (const pid of started.splice(0)) {
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // It is gone, as it should be.
    }
  }
});

function sleeper(jobId: string) {
  const env = { PATH: process.env.PATH, NEURO_JOB_ID: jobId };
  const child = spawn("sh", ["-c", "sleep 600 & wait"], { env, detached: true, stdio: "ignore" });
  if (child.pid === undefined) throw new Error("sh did not start");
  started.push(child.pid);
  return { pid: child.pid, gone: once(child, "exit") };
}

describe("process table", () => {
  test("counts a process and what it starts to its job", async () => {
    const table = new ProcessTable();
    const { pid } = sleeper("job-other-marker");
    table.track("job-1", pid);
    await expect
      .poll(() => {
        table.sweep();
        return table.members("job-1").length;
      }, WITHIN)
      .toBe(2);
    expect(table.members("job-2")).toEqual([]);
    table.forget("job-1");
    table.sweep();
    expect(table.members("job-1")).toEqual([]);
  });

  test("sees own memory as the system tells it", () => {
    const table = new ProcessTable();
    table.track("job-self", process.pid);
    table.sweep();
    const own = table.members("job-self").find(({ pid }) => pid === process.pid);
    expect((own?.rssBytes ?? 0) / process.memoryUsage.rss()).toBeGreaterThan(0.5);
    expect((own?.rssBytes ?? 0) / process.memoryUsage.rss()).toBeLessThan(2);
  });
});

describe("strays of an emulator that died", () => {
  test("are ended by the job they belong to, and nothing else is", async () => {
    const [lost, kept] = [`job-${randomUUID()}`, `job-${randomUUID()}`];
    const [stray, other] = [sleeper(lost), sleeper(kept)];
    await expect.poll(() => programsOf(lost), WITHIN).toEqual(["sh", "sleep"]);
    expect(endStrays((jobId) => jobId === lost)).toBe(2);
    await stray.gone;
    expect(() => process.kill(other.pid, 0)).not.toThrow();
  });
});
