import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { runCompletion } from "../../src/commands/index.ts";
import { vocabulary } from "../../src/settings/vocabulary.ts";

function printed(...words: string[]) {
  let text = "";
  const output = { write: (part: string) => (text += part) };
  const terminal = { out: output, err: output, input: () => Promise.resolve("") };
  const tools = ["job_list", "job_kill", "apolo_context"];
  const code = runCompletion({ words }, { terminal, vocabulary: { ...vocabulary(), tools } });
  return { code, text };
}

/** What each shell runs to say what it offers for the last of the words in `$@`, and its arguments before them. */
const ASKED = {
  bash: [
    "-c",
    `source "$0"
    COMP_WORDS=(apolo-jobs-mcp "$@"); COMP_CWORD=$#; _apolo_jobs_mcp; printf '%s\\n' "\${COMPREPLY[@]}"`,
  ],
  // Outside of its line editor zsh has nothing to add words to: they are printed instead.
  zsh: [
    "-fc",
    `compdef() { }; compset() { }; _files() { }; compadd() { shift; print -l -- \${(M)@:#$current*} }
    source $0; words=(apolo-jobs-mcp "$@"); CURRENT=$#words; _apolo_jobs_mcp`,
  ],
  fish: ["-Nc", "source $argv[1]; complete -C (string join -- ' ' apolo-jobs-mcp $argv[2..])"],
} as const;

function offered(shell: keyof typeof ASKED, words: readonly string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), "completion-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "completion");
  writeFileSync(file, printed(shell).text);
  const cwd = join(folder, "empty");
  mkdirSync(cwd);
  const options = { cwd, env: { ...process.env, HOME: folder }, encoding: "utf8" } as const;
  const lines = execFileSync(shell, [...ASKED[shell], file, ...words], options).split("\n");
  return lines.map((line) => line.split("\t")[0] ?? "").filter((line) => line !== "");
}

describe.for(["bash", "zsh", "fish"] as const)("the completion of %s", (shell) => {
  test.runIf(spawnSync(shell, ["-c", "true"]).status === 0).for([
    [["d"], ["dashboard", "demo", "doctor"]],
    [
      ["call", "job_"],
      ["job_kill", "job_list"],
    ],
    [["call", "--emulator", "job_l"], ["job_list"]],
    [["call", "job_list", ""], []],
    [["setup", "cod"], ["codex"]],
    [["setup", "codex", "--pri"], ["--print"]],
    [["completion", "z"], ["zsh"]],
    [["--mode", "re"], ["read-only"]],
    [["doctor", "--allo"], ["--allow-plain-secrets"]],
    [["--allow-"], ["--allow-forward", "--allow-plain-secrets"]],
    [
      ["demo", "--"],
      ["--help", "--log-format", "--log-level", "--version"],
    ],
    [["emulator", "--data", "xyz"], []],
  ] as const)("offers, for %j, %j", ([words, found]) => {
    expect(offered(shell, words).sort()).toEqual(found);
  });
});

test("a shell that is not known is refused with those that are", () => {
  expect(printed("tcsh")).toEqual({ code: 2, text: expect.stringContaining("a shell: bash, zsh, fish") });
});
