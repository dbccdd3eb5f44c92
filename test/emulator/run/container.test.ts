import { readdirSync } from "node:fs";
import { text as readText } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Runner } from "../../../src/emulator/run/index.ts";
import { openRunner } from "../../../src/emulator/run/index.ts";
import { WITHIN } from "../../support/busy.ts";
import { canIsolate, removeFolders, run, start } from "./jobs.ts";

/** What programs find in a container, and so have to find in a job. */
describe.each([false, ...(canIsolate ? [true] : [])])("a job as a container, isolated: %s", (isolate) => {
  let runner: Runner;

  beforeAll(() => {
    runner = openRunner({ isolate });
  });

  afterAll(async () => {
    await runner.close();
    removeFolders();
  });

  test("has streams that can be opened by name", async () => {
    const script = "echo out > /dev/stdout; echo err > /dev/stderr; head -n 1 /dev/stdin; ls -l /proc/$$/fd";
    const { job, text } = start(runner, ["sh", "-c", script]);
    job.stdin.write("typed\n");
    expect((await job.ended).exitCode).toBe(0);
    expect(text().split("\n")).toEqual(expect.arrayContaining(["err", "out", "typed"]));
    expect(text()).not.toContain("socket");
  });

  test("has sessions whose input can be read by name, to its end", async () => {
    const { job } = start(runner, ["sleep", "600"]);
    const session = await job.exec(["sh", "-c", "wc -c < /dev/stdin | tee /dev/stderr"], { tty: false });
    session.stdin.end("x".repeat(300_000));
    const shown = [session.stdout, session.stderr].map(async (stream) => stream && readText(stream));
    expect(await Promise.all(shown)).toEqual(["300000\n", "300000\n"]);
    job.kill("SIGKILL");
    await job.ended;
  });

  test("has the PATH it was given", async () => {
    const { text } = await run(runner, ["/bin/sh", "-c", "echo $PATH"], { env: { PATH: "/x:/bin" } });
    expect(text).toBe("/x:/bin\n");
  });

  test.each([false, true])("alone obeys the variables of the loader, with a terminal: %s", async (tty) => {
    const env = { LD_DEBUG: "help", "a.b": "1 2" };
    const { text } = await run(runner, ["env"], { env, tty });
    expect(text.match(/Valid options for the LD_DEBUG/g)).toHaveLength(1);
    const { text: shown } = await run(runner, ["env"], { env: { LD_BIND_NOW: "", "a.b": "1 2" }, tty });
    expect(shown.split(/\r?\n/)).toEqual(expect.arrayContaining(["LD_BIND_NOW=", "a.b=1 2"]));
  });

  test("is asked to end through its first process only", async () => {
    const other = "trap 'echo told' TERM; echo up; while :; do sleep 0.02; done";
    const script = `trap 'sleep 0.1; exit 4' TERM; sh -c "${other}" & while :; do wait; done`;
    const { job, text } = start(runner, ["sh", "-c", script]);
    await expect.poll(text, WITHIN).toContain("up");
    job.kill("SIGTERM");
    expect((await job.ended).exitCode).toBe(4);
    expect(text()).toBe("up\n");
  });

  test.each([
    ["/etc/passwd", "permission denied"],
    ["/usr", "is a directory"],
    ["/nowhere/at/all", "stat /nowhere/at/all: no such file or directory"],
  ])("says why %s is no program", async (program, why) => {
    const { ending } = await run(runner, [program]);
    expect(ending.startError).toBe(`exec: "${program}": ${why}`);
  });
});

describe.each([false, true])("a session, with a terminal: %s", (tty) => {
  test("leaves no descriptor, though nobody ended its input", async () => {
    const runner = openRunner({ isolate: false });
    const { job } = start(runner, ["sleep", "600"]);
    const count = () => readdirSync("/proc/self/fd").length;
    const once = async () => {
      const session = await job.exec(["true"], { tty });
      session.stdout.resume();
      session.stderr?.resume();
      await session.ended;
    };
    await once();
    const before = count();
    for (let round = 0; round < 5; round += 1) await once();
    await expect.poll(count, WITHIN).toBeLessThanOrEqual(before);
    await runner.close();
  });
});

describe.runIf(canIsolate)("a mount over the system's own folders", () => {
  test.each(["/proc/x", "/sys"])("is refused at %s", async (target) => {
    const runner = openRunner();
    const mounts = [{ source: "/usr", target, readOnly: true }];
    const { ending, text } = await run(runner, ["true"], { mounts });
    expect(ending.startError).toBe(`Cannot mount ${target}: it is the system's own.`);
    expect(text).toBe("");
    await runner.close();
  });
});
