import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text as readText } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Runner } from "../../../src/emulator/run/index.ts";
import { openRunner } from "../../../src/emulator/run/index.ts";
import { openTerminals } from "../../../src/emulator/run/terminal.ts";
import { WITHIN } from "../../support/busy.ts";
import { canIsolate, removeFolders, run, start } from "./jobs.ts";

describe.each([false, ...(canIsolate ? [true] : [])])("a terminal, isolated: %s", (isolate) => {
  let runner: Runner;

  beforeAll(async () => {
    runner = openRunner({ isolate });
  });

  afterAll(async () => {
    await runner.close();
    removeFolders();
  });

  test("is there under its name, with the exit code of its program", async () => {
    const { text, ending } = await run(runner, ["sh", "-c", "test -c $(tty) && tty; exit 3"], { tty: true });
    expect(text).toMatch(/^\/dev\/pts\/\d+\r\n$/);
    expect(ending).toEqual({ exitCode: 3, oomKilled: false });
  });

  test("is known to a session by its name, too", async () => {
    const { job } = start(runner, ["sleep", "600"]);
    const session = await job.exec(["tty"], { tty: true });
    expect(await readText(session.stdout)).toMatch(/^\/dev\/pts\/\d+\r\n$/);
    job.kill("SIGKILL");
    await job.ended;
  });

  test("belongs to its own program only: none started later inherits it", async () => {
    const { job } = start(runner, ["sleep", "600"], { tty: true });
    const [ours, theirs] = await Promise.all(
      [true, false].map(async (tty) => {
        const { stdout } = await job.exec(["sh", "-c", "ls -l /proc/$$/fd"], { tty });
        return readText(stdout);
      }),
    );
    const { text } = await run(runner, ["sh", "-c", "ls -l /proc/$$/fd"]);
    expect(ours).not.toContain("ptmx");
    for (const shown of [theirs, text]) expect(shown).not.toMatch(/ptmx|pts/);
    job.kill("SIGKILL");
    await job.ended;
  });

  test("shows what is typed, and ends its input on Control-D", async () => {
    const { job } = start(runner, ["sleep", "600"]);
    const session = await job.exec(["sh", "-c", "cat; echo over"], { tty: true });
    session.stdin.write("a word\r\x04");
    expect(await readText(session.stdout)).toBe("a word\r\na word\r\nover\r\n");
    job.kill("SIGKILL");
    await job.ended;
  });

  test("has the size asked for last when what was typed after it arrives", async () => {
    const { job } = start(runner, ["sleep", "600"]);
    const session = await job.exec(["sh", "-c", "echo größe; stty size; read go; stty size"], { tty: true });
    session.resize({ height: 11, width: 70 });
    session.resize({ height: 0, width: 0 });
    session.resize({ height: 12, width: 77 });
    session.stdin.write("\r");
    expect(await readText(session.stdout)).toMatch(/12 77\r\n$/);
    job.kill("SIGKILL");
    await job.ended;
  });

  test("lets a program know of a new size", async () => {
    const script = "trap 'stty size' WINCH; echo up; while :; do sleep 0.05; done";
    const { job, text } = start(runner, ["sh", "-c", script], { tty: true });
    await expect.poll(text, WITHIN).toContain("up");
    job.resize({ height: 31, width: 91 });
    await expect.poll(text, WITHIN).toContain("31 91");
    job.kill("SIGKILL");
    await job.ended;
  });

  test("leaves the environment as it was given, but for the kind of terminal", async () => {
    const env = { SHELL: "/bin/nosuch", "odd.name": "a 'b' $c", PLAIN: "x" };
    const { text } = await run(runner, ["env"], { tty: true, env });
    const lines = text.split("\r\n");
    expect(lines).toEqual(expect.arrayContaining(["TERM=xterm", "SHELL=/bin/nosuch", "odd.name=a 'b' $c"]));
    const bare = await run(runner, ["env"], { tty: true });
    expect(bare.text).not.toContain("SHELL=");
  });

  test("takes more than it can hold", async () => {
    const { job } = start(runner, ["sleep", "600"]);
    const session = await job.exec(["sh", "-c", "stty -echo; echo up; wc -l"], { tty: true });
    await new Promise<void>((resolve) => session.stdout.once("data", () => resolve()));
    session.stdin.write(`${"x".repeat(79)}\n`.repeat(5000));
    session.stdin.write("\x04");
    expect(await readText(session.stdout)).toContain("5000");
    job.kill("SIGKILL");
    await job.ended;
  });

  test("lets a program finish when it is asked to end", async () => {
    const script = "trap 'sleep 0.1; echo bye; exit 4' TERM; echo up; sleep 600 & wait";
    const { job, text } = start(runner, ["sh", "-c", script], { tty: true });
    await expect.poll(text, WITHIN).toContain("up");
    job.kill("SIGTERM");
    expect((await job.ended).exitCode).toBe(4);
    expect(text()).toContain("bye");
  });

  test("is ended with all that was started on it", async () => {
    const { job, text } = start(runner, ["sh", "-c", "sleep 600 & echo up; wait"], { tty: true });
    await expect.poll(text, WITHIN).toContain("up");
    job.kill("SIGKILL");
    expect((await job.ended).exitCode).toBe(137);
  });
});

describe("without util-linux's script", () => {
  test.each(["", "#!/bin/sh\necho 'BusyBox v1.36'\n"])("no terminal is offered (%j)", (other) => {
    const folder = mkdtempSync(join(tmpdir(), "script-test-"));
    const path = join(folder, "script");
    if (other !== "") writeFileSync(path, other);
    if (other !== "") chmodSync(path, 0o755);
    expect(openTerminals(path)).toBeUndefined();
    rmSync(folder, { recursive: true });
  });
});
