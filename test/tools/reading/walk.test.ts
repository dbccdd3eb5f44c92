import { z } from "zod";
import type { Tool } from "../../../src/tools/define-tool.ts";
import { tools } from "../../../src/tools/index.ts";
import { unwrapped } from "../../../src/tools/reading/hint.ts";
import type { Agent } from "../../support/agent.ts";
import { expect, test } from "../../support/fixtures.ts";

type Given = Record<string, unknown>;

/** They come from an earlier call, so that nobody can write one. */
const FROM_EARLIER = ["cursor", "token"];

/** Whether there is such a one, only the platform knows. */
const ON_THE_PLATFORM = new Set(["project", "use", "energy_schedule", "secret_env"]);

/** What a tool's other arguments must be for a call that says enough. */
function beside({ name }: Tool, argument: string): Given {
  switch (name) {
    case "job_start":
      return {
        image: "python:3.12",
        command: "echo {lr}",
        dry_run: true,
        ...(argument === "http_auth" ? { http_port: 80 } : {}),
      };
    case "job_exec":
      return argument === "argv" ? { job: "train-7b" } : { job: "train-7b", command: "ls" };
    case "job_logs":
      return ["tags", "status"].includes(argument) ? {} : { jobs: ["train-7b"] };
    case "job_wait":
      return { jobs: ["train-7b"], ...(argument === "pattern" ? { until: "log" } : {}) };
    case "job_kill":
      return ["tags", "name_pattern", "status"].includes(argument) ? {} : { jobs: ["train-7b"] };
    case "job_forward":
      return { action: "open", job: "train-7b", port: 8888 };
    case "job_report":
      return {};
    default:
      return { job: "train-7b", path: "/out", jobs: ["train-7b"], by: "6h", image: "image:mine:v1" };
  }
}

/** Of the arguments for every tool, those that this one has. */
function callOf(tool: Tool, argument: string, value: Given): Given {
  const others = Object.entries(beside(tool, argument)).filter(([key]) => key in tool.input.shape);
  return { ...Object.fromEntries(others), ...value };
}

function wrongTypes(schema: z.ZodType): unknown[] {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodNumber) return ["five", true, [5], { a: 1 }];
  if (inner instanceof z.ZodBoolean) return ["maybe", 2, [true], { a: 1 }];
  if (inner instanceof z.ZodArray) return [true, { a: 1 }, [[["x"]]], [null]];
  if (inner instanceof z.ZodRecord) return [5, true, ["x"], { A: { b: 1 } }];
  return [true, { a: 1 }, ["x", {}]];
}

/** What cannot be right, where a value of the right type can be wrong. */
const WRONG: Record<string, unknown[]> = {
  by: ["soon", "0s", "5"],
  command: ["echo 'x"],
  count: [0, 101],
  ended_since: ["soon"],
  entrypoint: ["a 'b"],
  env: [{ "": "x" }, { "A B": "x" }, { A: "\0" }],
  grep: ["("],
  http_port: [0, 70_000],
  image: ["::", "-x", "image:latest"],
  job: ["job://x", "nlp/annotate", "job://x?a"],
  jobs: ["job://x", "nlp/annotate", []],
  life_span: ["soon", "30s", "1000d", "5"],
  matrix: [{ lr: [] }, { seed: ["1"] }, {}, { "a b": ["1"] }],
  name: ["A B", "x"],
  owner: ["A B!"],
  pattern: ["("],
  preset: ["no-such"],
  project: ["a/b/c/d"],
  projects: [["a b"], ["default/acme/vision", "west/acme/vision"]],
  request_id: ["a b"],
  schedule_timeout: ["soon", "60d"],
  secret_env: [{ TOKEN: "hf" }],
  since: ["soon"],
  until: ["soon"],
  until_pattern: ["("],
  volumes: [["x"], ["storage:x:mnt"], ["secret:a#b:/x"]],
  working_dir: ["relative"],
};

/** A tool's own sense of an argument: what is wrong elsewhere is right, or is not looked at without a job. */
const RIGHT: Record<string, string[]> = {
  job_list: ["preset"],
  job_exec: ["command", "working_dir"],
  job_rerun: [
    ...["name", "image", "command", "preset", "env", "life_span"],
    ...["secret_env", "volumes", "schedule_timeout"],
  ],
  job_save: ["image"],
};

function wrongValues({ name }: Tool, argument: string, schema: z.ZodType): unknown[] {
  const inner = unwrapped(schema);
  const { minValue, maxValue } = inner instanceof z.ZodNumber ? inner : { minValue: null, maxValue: null };
  return [
    ...(Number.isFinite(minValue) ? [Number(minValue) - 1] : []),
    ...(Number.isFinite(maxValue) ? [Number(maxValue) + 1] : []),
    ...(inner instanceof z.ZodEnum ? ["no-such-word"] : []),
    ...((RIGHT[name] ?? []).includes(argument) ? [] : (WRONG[argument] ?? [])),
  ];
}

/** The examples that a refusal shows, one a line. */
function examplesIn(text: string): Given[] {
  const shown = text.split("\n").flatMap((line) => / E\.g\. (\{.*\})$/.exec(line)?.[1] ?? []);
  return shown.map((json) => JSON.parse(json) as Given);
}

const COMBINATIONS: [tool: string, given: Given, right: string[] | Given][] = [
  ["job_start", { image: "python:3.12", http_auth: true }, { http_port: 8080, http_auth: true }],
  ["job_start", { image: "a", count: 2, matrix: { lr: ["1"] }, command: "{lr}" }, ["matrix", "command"]],
  ["job_start", { image: "a", project: "no-cluster/acme/vision" }, ["project"]],
  ["job_capacity", { project: "no-cluster/acme/vision" }, ["project"]],
  ["job_kill", {}, ["jobs"]],
  ["job_kill", { jobs: ["a"], tags: ["b"] }, ["jobs"]],
  ["job_kill", { status: ["failed"] }, ["status"]],
  ["job_kill", { tags: "" }, ["tags"]],
  ["job_compare", { tags: ["a"], jobs: ["b"] }, ["jobs"]],
  ["job_logs", {}, ["jobs"]],
  ["job_logs", { jobs: ["a"], tags: ["b"] }, ["jobs"]],
  ["job_logs", { jobs: ["a"], grep: "x", until_pattern: "y" }, ["grep"]],
  ["job_exec", { job: "a" }, ["command"]],
  ["job_exec", { job: "a", command: "ls", argv: ["ls"] }, ["command"]],
  ["job_wait", { jobs: ["a"], until: "log" }, ["until", "pattern"]],
  ["job_wait", { jobs: ["a"], until: "running", pattern: "x" }, ["until", "pattern"]],
  ["job_forward", { action: "open" }, ["action", "job", "port"]],
  ["job_list", { project: "vision", projects: ["nlp"] }, ["project"]],
  ["job_list", { since: "1h", until: "2h" }, { since: "2h", until: "1h" }],
  ["job_list", { status: ["running"], ended_since: "1h" }, ["ended_since"]],
];

test("arguments that make no sense together are answered with some that do", async ({ mcp }) => {
  for (const [tool, args, right] of COMBINATIONS) {
    const [shown = {}] = examplesIn(await mcp.refusal(tool, args));
    const what = `${tool} ${JSON.stringify(args)}`;
    if (Array.isArray(right)) expect(Object.keys(shown), what).toEqual(right);
    else expect(shown, what).toEqual(right);
  }
});

/** What is wrong with the answer to a wrong call; undefined where it shows the argument as it would pass. */
async function faultOf(
  tool: Tool,
  { argument, given, passes }: Wrong,
  mcp: Agent,
): Promise<string | undefined> {
  const { [argument]: _, ...others } = callOf(tool, argument, {});
  const { isError, text } = await mcp.call(tool.name, { ...others, ...given });
  const right = examplesIn(text).find((shown) => argument in shown);
  const isRefused = isError || text.includes("It would be refused");
  const isRight = isRefused && right !== undefined && (await passes(right));
  return isRight ? undefined : `${JSON.stringify(given)}: ${text.slice(0, 300)}`;
}

interface Wrong {
  argument: string;
  given: Given;
  passes(right: Given): Promise<boolean>;
}

/** Whether a tool takes an example, asked once for each. */
function taking(tool: Tool, argument: string, mcp: Agent): Wrong["passes"] {
  const known = new Map<string, boolean>();
  return async (right) => {
    const key = JSON.stringify(right);
    const earlier = known.get(key);
    if (earlier !== undefined) return earlier;
    const { text } = await mcp.call(tool.name, callOf(tool, argument, right));
    const isRead = !text.includes("was not called");
    const passes =
      isRead && (ON_THE_PLATFORM.has(argument) || !examplesIn(text).some((shown) => argument in shown));
    known.set(key, passes);
    return passes;
  };
}

test.for(tools)("every refusal of $name shows the argument as it would pass", async (tool, { mcp }) => {
  const faults: string[] = [];
  for (const [argument, schema] of Object.entries<z.ZodType>(tool.input.shape)) {
    if (FROM_EARLIER.includes(argument)) continue;
    const passes = taking(tool, argument, mcp);
    const wrong = [...wrongTypes(schema), ...wrongValues(tool, argument, schema)];
    const misspelt = `${argument}${argument.slice(-1)}`;
    for (const given of [...wrong.map((value) => ({ [argument]: value })), { [misspelt]: 1 }]) {
      const fault = await faultOf(tool, { argument, given, passes }, mcp);
      if (fault !== undefined) faults.push(fault);
    }
  }
  expect(faults).toEqual([]);
});
