import { spawnSync } from "node:child_process";
import { describe } from "vitest";
import { expect, test } from "../../support/fixtures.ts";
import { untilEnded } from "../../support/run-job.ts";

/** Texts that only a shell understands, whatever folder they are run in. */
const TEXTS = [
  "echo --lr 0.1  # baseline",
  "(cd / && pwd)",
  "(exit 3)",
  "ls -d /et? /[et]t[a-c]",
  ": nothing",
  "read x < /dev/null",
  "type cd",
  "! true",
  "A=1 printenv A",
  "source /nowhere 2>/dev/null",
  "{ echo a; exit 4; }",
  "cat <<E\nit's $((1+1))\nE",
  "#!/bin/bash\n[[ a == a* ]] && exit 5",
];

describe("a command of job_start", () => {
  test("does what sh does with the same text", async ({ mcp, platform }) => {
    const ends = await Promise.all(
      TEXTS.map(async (command) => {
        const { data } = await mcp.ok("job_start", { image: "ubuntu", command });
        const { id, history } = await untilEnded(platform, data.jobs[0]);
        const { lines } = await platform.jobs.tail(id);
        return { command, exitCode: history.exit_code, lines: lines.map(({ text }) => text) };
      }),
    );
    expect(ends).toEqual(
      TEXTS.map((command) => {
        const shell = command.startsWith("#!") ? "bash" : "sh";
        const { status, stdout, stderr } = spawnSync(shell, ["-c", command], { input: "" });
        const lines = `${stderr}${stdout}`.split("\n").slice(0, -1);
        return { command, exitCode: status, lines };
      }),
    );
  });

  test.for([
    ["['python', 'x.py',]", /list in brackets.*typed: python x.py/],
    ["#!/usr/bin/awk -f\nBEGIN { print 1 }", /names \/usr\/bin\/awk -f, but sh runs it/],
  ] as const)("is doubted by the plan and noted at the start: %j", async ([command, doubt], { mcp }) => {
    const plan = await mcp.ok("job_start", { image: "ubuntu", command, dry_run: true });
    expect(plan.text).toContain("\nDoubts:\n");
    expect(plan.text).toMatch(doubt);
    expect(plan.data.plan.doubts).toHaveLength(1);
    expect((await mcp.ok("job_start", { image: "ubuntu", command })).text).toMatch(doubt);
  });
});
