import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { split } from "shlex";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandToRun } from "../../../src/jobs/start/command.ts";
import { processorMs } from "../../support/busy.ts";

/** What people type, separated by lines of %%; each must do what `sh -c` does with the same text. */
const TYPED = readFileSync("test/fixtures/commands/typed.txt", "utf8").trimEnd().split("\n%%\n");

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "words-"));
  for (const name of ["data_1.csv", "data_2.csv", "apple", "bee"]) writeFileSync(join(folder, name), "x=1\n");
  writeFileSync(join(folder, "script"), "#!/bin/sh\necho from a script; exit 5\n", { mode: 0o755 });
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(program: string, args: string[]) {
  const { PATH = "" } = process.env;
  const env = { PATH, HOME: "/tmp/home" };
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  return { status, stdout: String(stdout), stderr: String(stderr), error };
}

describe("a command", () => {
  test.each(TYPED)("does what a shell does with: %s", (text) => {
    const { command } = commandToRun(text);
    const [program = "", ...args] = split(command);
    expect(run(program, args)).toEqual(run("sh", ["-c", text]));
  });

  test.each([
    ["#!/bin/sh\necho $0; exit 3", 3, ""],
    ["#!/usr/bin/env sh\n# a comment\necho hi", 0, "hi\n"],
    ["#! /bin/bash -e\nfalse\necho no", 1, ""],
    ["#!/usr/bin/env -S bash -eu\necho $(printf unset)", 0, "unset\n"],
    ["#!/usr/bin/env node\nconsole.log(1 + 1 + ` it's`)", 0, "2 it's\n"],
    ["#!/usr/bin/env X=1 sh\r\necho $X", 0, "1\n"],
  ])("is run by the interpreter of its first line: %j", (text, status, printed) => {
    const [program = "", ...args] = split(commandToRun(text).command);
    const ran = run(program, args);
    expect(ran).toMatchObject({ status });
    if (printed !== "") expect(ran.stdout).toBe(printed);
  });

  test("is doubted when its first line names what cannot be given a script", () => {
    const { doubt, command } = commandToRun("#!/usr/bin/awk -f\nBEGIN { print 1 }");
    expect(doubt).toContain("names /usr/bin/awk -f, but sh runs it");
    expect(split(command).slice(0, 2)).toEqual(["sh", "-c"]);
  });

  test.each([
    ['["python","x.py"]', "python x.py"],
    ["['python', 'x y.py']", "python 'x y.py'"],
    ['[ "python" ,\n "x.py", ]', "python x.py"],
  ])("is doubted when it is a list: %s", (text, typed) => {
    expect(commandToRun(text).doubt).toContain(`Write it as it is typed: ${typed}`);
  });

  test.each(["[ -f x ]", "[ab]*", "[a] [b]", "ls ['a']", "[]"])("is not doubted: %s", (text) => {
    expect(commandToRun(text).doubt).toBeUndefined();
  });

  test("of great length is read at once", () => {
    const took = processorMs(() => {
      for (const piece of ["a", "'", '"', "\\", "a ", "$", "[", "''", "#", "\n"]) {
        try {
          commandToRun(`x ${piece.repeat(100_000)}`);
        } catch {
          // An open quote is refused, and that must be as quick.
        }
      }
    });
    expect(took).toBeLessThan(5000);
  });
});
