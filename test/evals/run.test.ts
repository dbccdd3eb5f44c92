import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

const AGENT = ["--agent", `node test/evals/agent.mjs "$MCP_CONFIG"`];

test("npm run evals lets an agent solve tasks, counts what it did, and says what went wrong", {
  timeout: 60_000,
}, () => {
  const tasks = ["person-declines", "count-outcomes"];
  const { stdout, stderr, status } = spawnSync("npx", ["tsx", "scripts/evals.ts", ...AGENT, ...tasks], {
    encoding: "utf8",
  });
  expect(stdout).toMatch(/'person-declines' *│ true *│ 1 +│ \d{3} /);
  expect(stdout).toMatch(/'count-outcomes' *│ false *│ 1 /);
  expect(stdout).toContain("1 of 2 tasks were solved.");
  expect(stderr).toContain("count-outcomes: job_list was not called");
  expect(status).toBe(1);
});
