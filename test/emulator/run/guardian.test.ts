import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { Guardian } from "../../../src/emulator/run/guardian.ts";
import { WITHIN } from "../../support/busy.ts";
import { processesOf } from "./jobs.ts";

const started: number[] = [];

afterEach(() => {
  for (const pid of started.splice(0)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It is gone, as it should be.
    }
  }
});

function sleeper(jobId = "job-without-marker") {
  const env = { PATH: process.env.PATH, NEURO_JOB_ID: jobId };
  const child = spawn("sleep", ["600"], { env, detached: true, stdio: "ignore" });
  if (child.pid === undefined) throw new Error("sleep did not start");
  started.push(child.pid);
  return { pid: child.pid, gone: once(child, "exit") };
}

describe("guardian", () => {
  test("ends the groups it still watches when its emulator is gone", async () => {
    const guardian = new Guardian();
    const [first, second, third] = [sleeper(), sleeper(), sleeper()];
    for (const { pid } of [first, second, third]) guardian.watch(pid, `job-${pid}`);
    guardian.release(second.pid, `job-${second.pid}`);
    await guardian.close();
    await Promise.all([first.gone, third.gone]);
    expect(() => process.kill(second.pid, 0)).not.toThrow();
  });

  test("ends what a job of them started in a group of its own", async () => {
    const guardian = new Guardian();
    const jobId = `job-${randomUUID()}`;
    const [leader, stray, other] = [sleeper(), sleeper(jobId), sleeper(`${jobId}0`)];
    // While a process is becoming another program, its marker cannot be seen.
    await expect.poll(() => processesOf(jobId), WITHIN).toContain(stray.pid);
    guardian.watch(leader.pid, jobId);
    await guardian.close();
    await Promise.all([leader.gone, stray.gone]);
    expect(() => process.kill(other.pid, 0)).not.toThrow();
  });

  test("removes the control groups of its emulator, and waits for those still in use", async () => {
    const folder = mkdtempSync(join(tmpdir(), "guardian-test-"));
    for (const name of ["apolo-7-1-a", "apolo-7-2-b/busy", "apolo-77-1-c"])
      mkdirSync(join(folder, name), { recursive: true });
    const guardian = new Guardian("", join(folder, "apolo-7-"));
    const job = sleeper();
    guardian.watch(job.pid, "job-a");
    const closed = guardian.close();
    await expect.poll(() => readdirSync(folder), WITHIN).toEqual(["apolo-7-2-b", "apolo-77-1-c"]);
    rmdirSync(join(folder, "apolo-7-2-b/busy"));
    await closed;
    expect(readdirSync(folder)).toEqual(["apolo-77-1-c"]);
    rmSync(folder, { recursive: true });
  });
});
