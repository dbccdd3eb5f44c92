import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { openCaller } from "../../src/operations/caller.ts";
import { createServer } from "../../src/server/index.ts";
import { tools } from "../../src/tools/index.ts";
import { test as base, expect, openPolicy } from "../support/fixtures.ts";
import { rawSession } from "../support/raw-session.ts";

interface Session {
  request(method: string, params: object): Promise<{ result?: object; error?: object }>;
}

const test = base.extend<{ session: Session }>({
  session: async ({ platform }, use) => {
    const caller = openCaller(platform, openPolicy);
    const server = createServer(caller);
    const session = await rawSession({ connect: (transport: Transport) => server.connect(transport) });
    const clientInfo = { name: "raw", version: "0" };
    await session.request("initialize", { protocolVersion: "2025-06-18", capabilities: {}, clientInfo });
    await use({ request: (method, params) => session.request(method, { ...params }) });
    await caller.close();
  },
});

test("arguments that are JSON in a text, null or nothing are an object", async ({ session }) => {
  for (const given of ["{}", '{"limit": "5"}', "", null, undefined, {}]) {
    const { result } = await session.request("tools/call", { name: "job_list", arguments: given });
    expect(result, String(given)).not.toHaveProperty("isError");
  }
  const { result } = await session.request("prompts/get", {
    name: "daily-report",
    arguments: '{"since": "2h"}',
  });
  expect(JSON.stringify(result)).toContain("2h");
});

test("arguments that are no object are refused with some that are", async ({ session }) => {
  for (const given of [[], ["train-7b"], "train-7b", "[]", 5, true]) {
    const { error } = await session.request("tools/call", { name: "job_status", arguments: given });
    expect(error, String(given)).toMatchObject({
      code: -32602,
      message: expect.stringMatching(
        /^invalid_argument: tools\/call cannot be read: arguments: give an object .*; got .*\. E\.g\. \{"arguments":\{"jobs":\["train-7b"\]\}\}$/,
      ),
    });
  }
});

test.for(["", " ", "jöb x"])("an argument whose name is no word is quoted: %j", async (name, { session }) => {
  const { result } = await session.request("tools/call", { name: "job_list", arguments: { [name]: 1 } });
  expect(JSON.stringify(result)).toContain(JSON.stringify(`- ${JSON.stringify(name)}: `).slice(1, -1));
});

test("an unknown name is quoted no longer than helps", async ({ session }) => {
  const long = "y".repeat(1_000_000);
  const answers = await Promise.all([
    session.request("tools/call", { name: long, arguments: {} }),
    session.request("tools/call", { name: "job_list", arguments: { [long]: 1 } }),
    session.request("prompts/get", { name: long }),
    session.request("prompts/get", { name: "daily-report", arguments: { [long]: "x" } }),
    session.request("prompts/get", { name: "daily-report", arguments: { [long]: {} } }),
    session.request("completion/complete", {
      ref: { type: "ref/prompt", name: long },
      argument: { name: long, value: long },
    }),
  ]);
  for (const answer of answers) {
    expect(JSON.stringify(answer)).not.toContain("y".repeat(81));
    expect(JSON.stringify(answer)).toMatch(/invalid_argument/);
  }
});

test("of thousands of unknown arguments only some are named", async ({ mcp }) => {
  const given = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`arg${index}`, 1]));
  const refusal = await mcp.refusal("job_list", given);
  expect(refusal.length).toBeLessThan(3000);
  expect(refusal).toContain("2988 more arguments are wrong.");
});

test.for([
  ["env.A", { env: { A: [1] } }, "a text; got a list of 1"],
  ["env.A", { env: { A: null } }, "a text; got null"],
  ["secret_env.A", { secret_env: { A: {} } }, "a text; got an object"],
  ["tags.1", { tags: ["a", null] }, "a text; got null"],
  ["matrix.lr.1", { matrix: { lr: ["1", null] } }, "a text; got null"],
  ["matrix.lr", { matrix: { lr: { a: 1 } } }, "a list of texts; got an object"],
] as const)("a refusal of %s says what is wanted there", async ([where, args, said], { mcp }) => {
  const refusal = await mcp.refusal("job_start", { image: "python:3.12", ...args });
  expect(refusal).toContain(`- ${where}: give ${said}`);
});

test.for([
  ["Vision", "did you mean vision?"],
  ["acme/my_project", "did you mean my-project?"],
  ["ab", "3 or more"],
])("a project that cannot be one is refused in our words: %s", async ([project, said], { mcp }) => {
  for (const [tool, args] of [
    ["job_list", {}],
    ["job_status", { jobs: ["train-7b"] }],
    ["job_start", { image: "python:3.12", dry_run: true }],
  ] as const) {
    const refusal = await mcp.refusal(tool, { ...args, project });
    expect(refusal).toMatch(/^invalid_argument: .*\n- project: .* E\.g\. \{"project":/);
    expect(refusal).toContain(said);
  }
});

test("a tool that acts in one project asks which, for all of them", async ({ mcp }) => {
  for (const [tool, args] of [
    ["job_kill", { tags: ["lr"] }],
    ["job_status", { jobs: ["train-7b"] }],
    ["job_exec", { job: "train-7b", command: "ls" }],
  ] as const)
    expect(await mcp.refusal(tool, { ...args, project: "acme/*" })).toMatch(
      /- project: name one; job_list takes \* for all\. E\.g\. \{"project":"org\/project"\}/,
    );
  await mcp.ok("job_list", { project: "*" });
});

test("a value of two megabytes is quoted no longer than helps", { tags: "hostility" }, async ({ mcp }) => {
  const value = "y".repeat(2_000_000);
  const tooLong: string[] = [];
  for (const { name, input } of tools) {
    for (const key of Object.keys(input.shape)) {
      if (!["name", "job", "jobs", "image", "preset", "project", "since", "grep", "owner"].includes(key))
        continue;
      const required = {
        job: "train-7b",
        jobs: ["train-7b"],
        by: "1h",
        image: "a",
        action: "list",
        command: "ls",
        dry_run: true,
      };
      const others = Object.entries(required).filter(([other]) => other in input.shape);
      const { text } = await mcp.call(name, { ...Object.fromEntries(others), [key]: value });
      if (/internal_error|y{400}/.test(text)) tooLong.push(`${name}.${key}: ${text.slice(0, 200)}`);
    }
  }
  expect(tooLong).toEqual([]);
});

test.for([
  ["launch-job", { goal: 5, preset: null }, "5"],
  ["launch-job", { goal: " train ", preset: "" }, '\\"train\\"'],
  ["launch-job", { Goal: ["train"] }, "train"],
  ["compare-sweep", { tags: "lr", metric: true }, "true"],
  ["daily-report", { since: " " }, "1d"],
] as const)("a prompt's arguments are read as a tool's: %s %j", async ([name, args, said], { session }) => {
  const { result, error } = await session.request("prompts/get", { name, arguments: args });
  expect(error).toBeUndefined();
  expect(JSON.stringify(result)).toContain(said);
});

test.for([
  ["launch-job", {}, 'goal: give a text; it is missing. E.g. {"goal":"train a model on one GPU"}'],
  ["launch-job", { goal: "  " }, 'goal: give a text; got "". E.g. {"goal":'],
  ["launch-job", { goal: { a: 1 } }, '"goal": give a text. E.g. {"goal":"a text"}'],
  ["diagnose-job", { jobb: "a" }, 'jobb: unknown argument, did you mean job? E.g. {"job":"train-7b"}'],
  [
    "daily-report",
    { since: "soon" },
    /^invalid_argument: since: "soon" is not a time.* E\.g\. \{"since":"1d"\}$/,
  ],
] as const)("a prompt's refusal shows what passes: %s %j", async ([name, args, said], { session }) => {
  const { error } = await session.request("prompts/get", { name, arguments: args });
  const matcher = typeof said === "string" ? expect.stringContaining(said) : expect.stringMatching(said);
  expect(error).toMatchObject({ code: -32602, message: matcher });
});

test("what is typed may be a number, and an unknown argument is answered with one that is", async ({
  session,
}) => {
  const ref = { type: "ref/prompt", name: "diagnose-job" };
  const argument = { name: "job", value: 7 };
  const context = { arguments: { project: 5, org: null } };
  const { result } = await session.request("completion/complete", { ref, argument, context });
  expect(result).toMatchObject({ completion: { values: [] } });
  const { error } = await session.request("completion/complete", {
    ref,
    argument: { name: "jbo", value: "" },
  });
  expect(error).toMatchObject({ message: expect.stringMatching(/ E\.g\. \{"name":"job"\}$/) });
});
