import { describe } from "vitest";
import type { Answer } from "../../support/agent.ts";
import { type NextCall, nextCalls } from "../../support/next-calls.ts";
import { patient } from "../../support/patient.ts";
import { startJob, untilEnded, untilPrinted, untilStatus } from "../../support/run-job.ts";
import { SLEEP } from "../../support/sleepers.ts";
import { conversations, expect } from "./talk.ts";

const test = conversations();
const CLUMSY_CALLS = 2;

/** What an agent without any other knowledge does after a refusal: what it says. */
function secondTry({ text }: Answer, { tool, args }: NextCall): NextCall {
  const [printed] = nextCalls(text);
  const [, near] = /Near names: ([\w-]+)/.exec(text) ?? [];
  const [, meant] = /Did you mean (\w+) \(/.exec(text) ?? [];
  if (near !== undefined) return { tool, args: { ...args, jobs: [near] } };
  if (printed !== undefined) return printed;
  return { tool: meant ?? tool, args: withExamples(text, args) };
}

/** Each argument that was refused, as the example writes it: `- hours: … E.g. {"by":"6h"}`. */
function withExamples(text: string, args: Record<string, unknown>): Record<string, unknown> {
  const better = new Map(Object.entries(args));
  for (const [, argument = "", json = "{}"] of text.matchAll(/^- (\w+): .*E\.g\. (\{.*\})$/gm)) {
    const [[meant, example] = [argument, undefined]] = Object.entries(JSON.parse(json));
    const own = args[argument];
    better.delete(argument);
    if (Array.isArray(example)) better.set(meant, [own].flat());
    else better.set(meant, typeof own === typeof example ? own : example);
  }
  return Object.fromEntries(better);
}

test.beforeAll(async ({ platform }) => {
  const running = { name: "train-7b", script: `echo epoch 1; ${SLEEP}`, lifeSpanSeconds: 24 * 3600 };
  const job = await startJob(platform, running);
  const old = await startJob(platform, { name: "train-old", script: "echo all done" });
  const tmp = ["tmp-a", "tmp-b"].map(async (name) => {
    await untilStatus(platform, await startJob(platform, { name, script: SLEEP }), "running");
  });
  await Promise.all([untilPrinted(platform, job, "epoch 1"), untilEnded(platform, old), ...tmp]);
});

// One scene for all: what one starts, the next one sees.
describe("a clumsy call", { shuffle: false }, () => {
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
    ["words of other tools for arguments", "job_logs", { id: "train-7b", tail: 5 }, "epoch 1"],
    ["a command by its short name", "job_exec", { container: "train-7b", cmd: "echo hi" }, "hi\\n"],
    ["a name where names are a list", "job_kill", { name: "tmp-a" }, '"after":"cancelled"'],
    ["a tool by another name, which ends a job", "job_stop", { jobs: ["tmp-b"] }, '"after":"cancelled"'],
    ["a tool by another name, which reads", "job_describe", { job: "train-7b" }, "train-7b"],
    ["a tool by a name of other systems", "job_ps", {}, "train-7b"],
    [
      "hours where a text with its unit is asked for",
      "job_extend",
      { job: "train-7b", hours: 6 },
      String(30 * 3600),
    ],
    ["hardware where a preset is asked for", "job_start", { image: "nginx", gpu: 1 }, "a100"],
    ["a port by another name", "job_start", { image: "nginx", port: 80, dry_run: true }, '"http_port":80'],
  ])("%s", async ([, tool, args, shows], { talk, platform }) => {
    const agent = await talk({ calls: CLUMSY_CALLS, bytes: 1200 }, patient(platform));
    const first = await agent.ask(tool, args);
    const second = secondTry(first, { tool, args });
    const { data } = first.isError ? await agent.ok(second.tool, second.args) : first;
    expect(JSON.stringify(data)).toContain(shows);
  });
});

test("together", ({ ledger }) => {
  expect(ledger.total.calls).toBeLessThanOrEqual(30);
  expect(ledger.total.bytes).toBeLessThanOrEqual(10_000);
});
