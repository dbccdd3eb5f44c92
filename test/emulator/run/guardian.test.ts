import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, describe, expect, test } from "vitest";
import { Guardian } from "../../../src/emulator/run/guardian.ts";

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

function sleeper() {
  const child = spawn("sleep", ["600"], { detached: true, stdio: "ignore" });
  if (child.pid === undefined) throw new Error("sleep did not start");
  started.push(child.pid);
  return { pid: child.pid, gone: once(child, "exit") };
}

describe("guardian", () => {
  test("ends the groups it still watches when its emulator is gone", async () => {
    const guardian = new Guardian();
    const [first, second, third] = [sleeper(), sleeper(), sleeper()];
    for (const { pid } of [first, second, third]) guardian.watch(pid);
    guardian.release(second.pid);
    await guardian.close();
    await Promise.all([first.gone, third.gone]);
    expect(() => process.kill(second.pid, 0)).not.toThrow();
  });
});
