import { text as readText } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { openRunner } from "../../../src/emulator/run/index.ts";
import { findProgram } from "../../../src/emulator/run/programs.ts";
import type { Runner } from "../../../src/emulator/run/runner.ts";
import { openTerminals } from "../../../src/emulator/run/terminal.ts";
import { removeFolders, run, start } from "./jobs.ts";

vi.mock("@lydell/node-pty", () => {
  throw new Error("not installed");
});

let runner: Runner;

beforeAll(async () => {
  runner = await openRunner({ isolate: false });
});

afterAll(async () => {
  await runner.close();
  removeFolders();
});

describe.runIf(findProgram("script") !== undefined)("without the native module", () => {
  test("a job gets its terminal from script", async () => {
    const { text, ending } = await run(runner, ["sh", "-c", "test -t 1 && echo 'a  terminal'; exit 3"], {
      tty: true,
    });
    expect(text).toBe("a  terminal\r\n");
    expect(ending.exitCode).toBe(3);
  });

  test("exec gets one that takes input", async () => {
    const { job } = start(runner, ["sleep", "600"]);
    const session = await job.exec(["sh", "-c", "read word; echo got $word"], { tty: true });
    session.stdin.write("hello\r");
    expect(await readText(session.stdout)).toContain("got hello");
    job.kill("SIGKILL");
    await job.ended;
  });

  test("a job is ended with all it started", async () => {
    const { job, text } = start(runner, ["sh", "-c", "sleep 600 & echo up; wait"], { tty: true });
    await expect.poll(text).toContain("up");
    job.kill("SIGKILL");
    expect((await job.ended).exitCode).toBe(137);
  });
});

describe("without any way to make a terminal", () => {
  test("none is offered", async () => {
    expect(await openTerminals("")).toBeUndefined();
  });
});
