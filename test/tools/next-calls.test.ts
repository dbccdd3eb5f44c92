import { describe, onTestFinished } from "vitest";
import type { JobDescription } from "../../src/client/index.ts";
import { openCaller } from "../../src/operations/caller.ts";
import { tools } from "../../src/tools/index.ts";
import type { Agent } from "../support/agent.ts";
import { openPolicy } from "../support/fixtures.ts";
import { type NextCall, nextCalls } from "../support/next-calls.ts";
import { expect, HOME, OTHER_ORG, type Place, test, type World } from "../support/world.ts";

type Call = [tool: string, args: Record<string, unknown>];

/** A call of every kind of answer that names a job, and so tells how to go on with it. */
const CALLS: Call[] = [
  ["job_list", { tags: ["t"] }],
  ["job_status", { jobs: ["train", "done", "fails"] }],
  ["job_status", { jobs: ["trani"] }],
  ["job_logs", { jobs: ["fails", "done"], lines: 1 }],
  ["job_logs", { jobs: ["done"], grep: "nothing like it" }],
  ["job_logs", { tags: ["t"], lines: 2 }],
  ["job_compare", { tags: ["t"], metric: "value" }],
  ["job_compare", { jobs: ["done"], metric: "value" }],
  ["job_wait", { jobs: ["train"], wait_seconds: 1 }],
  ["job_wait", { jobs: ["done", "fails"] }],
  ["job_wait", { jobs: ["done"], until: "log", pattern: "no such line" }],
  ["job_wait", { jobs: ["train"], until: "running" }],
  ["job_exec", { job: "done", command: "true" }],
  ["job_attach", { job: "done" }],
  ["job_signal", { job: "done" }],
  ["job_save", { job: "train", image: "image:mine:v1" }],
  ["job_rerun", { job: "done" }],
  ["job_start", { image: "ubuntu:22.04", command: "true", request_id: "next-1", wait_seconds: 15 }],
  ["job_start", { image: "ubuntu:22.04", command: "echo {x}", sweep: { x: ["1", "2"] } }],
  ["job_extend", { job: "done", by: "1h" }],
  ["job_report", { since: "1h" }],
];

/** Answers that tell how to end the job first. */
const ENDINGS: Call[] = [
  ["job_rerun", { job: "again", dry_run: false }],
  ["job_start", { image: "ubuntu:22.04", command: "true", name: "taken" }],
  ["job_kill", { name_pattern: "chosen" }],
];
/** A job that sleeps is waited for no longer than it takes to see that it is the right one; a signal ends it. */
const WAIT_SECONDS: Record<string, number> = { job_wait: 1, job_signal: 10 };
/** Of each of these at least one call is printed, so that the test tests something. */
const PRINTED = [
  "job_kill",
  "job_list",
  "job_logs",
  "job_rerun",
  "job_signal",
  "job_start",
  "job_status",
  "job_wait",
];

async function scene(world: World, place: Place): Promise<void> {
  const options = { tags: ["t"] };
  await Promise.all([
    ...["again", "taken", "chosen"].map((name) => world.running("alice", place, { name })),
    world.running("alice", place, { name: "train", ...options }),
    world.ended("alice", place, { name: "done", script: "seq 5; echo value=0.5", ...options }),
    world.ended("alice", place, { name: "fails", script: "seq 5; exit 3", ...options }),
  ]);
}

/** Runs a call and, exactly as they are printed, those that its answer names. Returns what went wrong. */
async function follow(
  agent: Agent,
  { tool, args }: NextCall,
  decoys: readonly JobDescription[],
): Promise<{ tools: string[]; wrong: string[] }> {
  const { text } = await agent.call(tool, args);
  const wrong: string[] = [];
  if (decoys.some(({ id }) => text.includes(id))) wrong.push(text);
  const calls = nextCalls(text).filter((next) => JSON.stringify(next.args) !== JSON.stringify(args));
  for (const next of calls) {
    const wait_seconds = WAIT_SECONDS[next.tool];
    const answer = await agent.call(next.tool, { ...next.args, ...(wait_seconds && { wait_seconds }) });
    // On a busy machine that may be too little, which is an answer, too.
    const hasFailed = answer.isError && !(wait_seconds && answer.text.startsWith("timed_out: "));
    if (hasFailed || decoys.some(({ id }) => JSON.stringify(answer.data ?? {}).includes(id)))
      wrong.push(`${text}\n→ ${next.tool} ${JSON.stringify(next.args)}\n${answer.text}`);
  }
  return { tools: calls.map((call) => call.tool), wrong };
}

describe.for([
  ["its own place", HOME, HOME],
  ["another org", HOME, OTHER_ORG],
  ["the first org, seen from the other", OTHER_ORG, HOME],
] as const)("a call that an answer prints about jobs of %s", ([, selected, place]) => {
  test("works exactly as printed", async ({ world }) => {
    const others = [HOME, OTHER_ORG].filter((other) => other !== place);
    const decoys: JobDescription[] = [];
    for (const other of others)
      for (const name of ["train", "done", "fails"])
        decoys.push(await world.ended("alice", other, { name, tags: ["t"] }));
    await scene(world, place);
    const agent = await world.agent("alice", selected);
    const project = Object.values(place).join("/");
    const at = selected === place ? {} : { project };
    const run = ([tool, args]: Call) => follow(agent, { tool, args: { ...args, ...at } }, decoys);
    const followed = await Promise.all(CALLS.map(run));
    for (const call of ENDINGS) followed.push(await run(call));
    expect(followed.flatMap(({ wrong }) => wrong)).toEqual([]);
    expect([...new Set(followed.flatMap(({ tools }) => tools))]).toEqual(expect.arrayContaining(PRINTED));
  });
});

describe("a call that an answer gives as an object", () => {
  const GIVEN: Call[] = [
    ["job_list", { tags: ["t"] }],
    ["job_list", { status: ["succeeded"], since: "1h" }],
    ["job_start", { image: "ubuntu:22.04", command: "true" }],
    ["job_start", { image: "ubuntu:22.04", command: "echo {x}", matrix: { x: ["1", "2"] } }],
    ["job_rerun", { job: "done", dry_run: false }],
    ["job_kill", { name_pattern: "chosen" }],
  ];

  test("is printed in its text, and works", async ({ world }) => {
    await scene(world, HOME);
    const caller = openCaller(world.as("alice"), openPolicy);
    onTestFinished(() => caller.close());
    const signal = new AbortController().signal;
    const run = (name: string, args: Record<string, unknown>) => {
      const tool = tools.find((known) => known.name === name);
      if (tool === undefined) throw new Error(`There is no ${name}.`);
      return tool.run(tool.input.parse(args), {
        caller,
        signal,
        progress: () => undefined,
        changing: () => undefined,
      });
    };
    for (const [name, args] of GIVEN) {
      const { text, next = [] } = await run(name, args);
      const objects = next.map((call) => ({
        tool: call.tool,
        args: JSON.parse(JSON.stringify(call.arguments)),
      }));
      expect(objects.length).toBeGreaterThan(0);
      expect(nextCalls(text)).toEqual(objects);
      for (const { tool, args: given } of objects) {
        // One of the jobs goes on.
        const short = tool === "job_wait" ? { wait_seconds: 8 } : {};
        expect((await run(tool, { ...given, ...short })).text).not.toBe("");
      }
    }
  });
});
