import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";

const AGENT = ["--agent", `node test/evals/agent.mjs "$MCP_CONFIG"`];

test("npm run evals lets an agent solve tasks, counts what it did, and says what went wrong", {
  timeout: 120_000,
}, async () => {
  const tasks = ["person-declines", "count-outcomes"];
  const child = spawn("npx", ["tsx", "scripts/evals.ts", ...AGENT, ...tasks], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  expect(stdout).toMatch(/'person-declines' *│ true *│ 1 +│ \d{3} /);
  expect(stdout).toMatch(/'count-outcomes' *│ false *│ 1 /);
  expect(stdout).toContain("1 of 2 tasks were solved.");
  expect(stderr).toContain("count-outcomes: job_list was not called");
  expect(code).toBe(1);
});
