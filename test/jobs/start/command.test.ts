import { execFileSync } from "node:child_process";
import { split } from "shlex";
import { describe, expect, test } from "vitest";
import { InvalidInputError } from "../../../src/jobs/invalid-input.ts";
import { commandToRun } from "../../../src/jobs/start/command.ts";

describe("a command", () => {
  test.each([
    "python train.py --lr 0.1",
    "bash -c 'a && b; c > d'",
    'bash -lc "for i in 1 2; do echo $i; done"',
    "python -c 'import os; print(os.environ[\"HOME\"])'",
    'python -c "print(1)"',
    "echo '$HOME'",
    String.raw`echo \$HOME a\;b`,
    "grep -E '^a|b$' file",
    "echo cost $ 5",
    "/bin/sh -c 'multi\nline'",
  ])("stays as it is without shell syntax: %s", (text) => {
    expect(commandToRun(text)).toEqual({ command: text, inShell: false });
  });

  test.each([
    "cd /app && python train.py",
    "echo hi | wc -l",
    "python a.py; python b.py",
    "python t.py > /log",
    "sleep 1 &",
    "echo $HOME",
    'python t.py --out "$OUT/model"',
    "echo $(date)",
    "echo `date`",
    "first line\nsecond line",
    "python \\\n  train.py",
    "ls *.csv",
    "ls ~/data",
    "LR=0.1 python t.py",
    "exit 3",
    "cd /app",
    "for x in 1 2; do echo $x; done",
    "bash -c 'a' && b",
    "cat <<EOF\nit's\nEOF",
    "curl http://host/?a=1",
    "pip install torch[cuda]",
    "python t.py --fn f(2) # no",
    "echo a # don't\necho b",
  ])("is handed to a shell when it needs one: %s", (text) => {
    const { command, inShell } = commandToRun(text);
    expect(inShell).toBe(true);
    expect(split(command)).toEqual(["sh", "-c", text]);
  });

  test("means in the shell what it meant when typed", () => {
    const script = `printf '%s|' "a b" 'it'"'"'s' "$((1+2))"; echo "\\$x" && printf %s '"q"'`;
    const [program = "", ...args] = split(commandToRun(script).command);
    const expected = execFileSync("sh", ["-c", script], { encoding: "utf8" });
    expect(execFileSync(program, args, { encoding: "utf8" })).toBe(expected);
  });

  test.each(["echo 'it", 'echo "x', "echo it's && ls", "echo a\\"])(
    "is refused while a quote is open: %s",
    (text) => {
      expect(() => commandToRun(text)).toThrow(InvalidInputError);
    },
  );

  test("is refused when blank", () => {
    expect(() => commandToRun("  \n")).toThrow(/blank/);
  });

  test("goes to an entrypoint as words, with a warning about shell syntax", () => {
    const { command, inShell, warning } = commandToRun("a && b", { entrypoint: "/run" });
    expect({ command, inShell }).toEqual({ command: "a && b", inShell: false });
    expect(warning).toContain("operator");
  });
});
