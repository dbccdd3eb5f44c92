import { describe } from "vitest";
import type { Answer } from "../../support/agent.ts";
import { type NextCall, nextCalls } from "../../support/next-calls.ts";
import { startJob, untilEnded, untilPrinted } from "../../support/run-job.ts";
import { SLEEP } from "../../support/sleepers.ts";
import { conversations, expect } from "./talk.ts";

const test = conversations();
const CLUMSY_CALLS = 2;

/** What an agent without any other knowledge does after a refusal: what it says. */
function secondTry({ text }: Answer, { tool, args }: NextCall): NextCall {
  const [printed] = nextCalls(text);
  const [, near] = /Near names: ([\w-]+)/.exec(text) ?? [];
  if (near !== undefined) return { tool, args: { ...args, jobs: [near] } };
  if (printed !== undefined) return printed;
  const known = new Map(Object.entries(args));
  for (const [, argument = "", meant = ""] of text.matchAll(/^- (\w+): .*did you mean (\w+)\?/gm)) {
    known.set(meant, known.get(argument));
    known.delete(argument);
  }
  for (const [, argument = "", example = "{}"] of text.matchAll(/^- (\w+): give .*E\.g\. (\{.*\})$/gm))
    known.set(argument, JSON.parse(example)[argument]);
  return { tool, args: Object.fromEntries(known) };
}

test.beforeAll(async ({ platform }) => {
  const job = await startJob(platform, { name: "train-7b", script: `echo epoch 1; ${SLEEP}` });
  const old = await startJob(platform, { name: "train-old", script: "echo all done" });
  await Promise.all([untilPrinted(platform, job, "epoch 1"), untilEnded(platform, old)]);
});

describe("a clumsy call", () => {
  test.for<[string, string, Record<string, unknown>, shows: string]>([
    ["one job where several may be", "job_status", { job: "train-7b" }, "train-7b"],
    [
      "a word as people write it, a number as text",
      "job_list",
      { status: "Running", limit: "3" },
      "train-7b",
    ],
    ["another word for an argument", "job_list", { state: "running" }, "train-7b"],
    ["words of a command, one by one", "job_exec", { job: "train-7b", command: ["echo", "hi"] }, "hi\\n"],
    ["a slip in the name", "job_status", { jobs: ["trian-7b"] }, "train-7b"],
    [
      "a page of the console",
      "job_status",
      { jobs: ["https://console.example.org/default/acme/vision/jobs/train-7b"] },
      "train-7b",
    ],
    ["time in plain English", "job_logs", { jobs: ["train-7b"], since: "10 minutes ago" }, "epoch 1"],
    ["a job that has ended", "job_exec", { job: "train-old", command: "cat out" }, "all done"],
    ["a model where a yes is asked for", "job_capacity", { gpu: "a100" }, "a100"],
    ["an argument left out", "job_forward", { job: "train-7b", port: 6006 }, "local_port"],
    ["a port by another name", "job_start", { image: "nginx", port: 80, dry_run: true }, '"http_port":80'],
  ])("%s", async ([, tool, args, shows], { talk }) => {
    const agent = await talk({ calls: CLUMSY_CALLS, bytes: 2000 });
    const first = await agent.ask(tool, args);
    const second = secondTry(first, { tool, args });
    const { data } = first.isError ? await agent.ok(second.tool, second.args) : first;
    expect(JSON.stringify(data)).toContain(shows);
  });
});

test("together", ({ ledger }) => {
  expect(ledger.total.calls).toBeLessThanOrEqual(18);
  expect(ledger.total.bytes).toBeLessThanOrEqual(7000);
});
