import { describe, vi } from "vitest";
import { z } from "zod";
import { jobUri } from "../../src/jobs/names/ids.ts";
import { openCaller } from "../../src/operations/caller.ts";
import { createServer } from "../../src/server/index.ts";
import { tools } from "../../src/tools/index.ts";
import { WITHIN } from "../support/busy.ts";
import { expect, openPolicy, test } from "../support/fixtures.ts";
import { schemasOf, VERSIONS, type Version } from "../support/protocol-schemas.ts";
import { modern, NEWEST, rawSession } from "../support/raw-session.ts";
import { startJob, untilPrinted, untilStatus } from "../support/run-job.ts";

const clientInfo = { name: "test", version: "0" };
const CAPABILITIES = { elicitation: {}, roots: {}, sampling: {} };
const JOB = { job: "train" };

/** A call of every tool that has an answer about a job, where it has one. */
const CALLS: Record<string, Record<string, unknown>> = {
  job_list: {},
  job_status: { jobs: ["train"] },
  job_logs: { jobs: ["train"] },
  job_wait: { jobs: ["train"], until: "running" },
  job_capacity: {},
  job_start: { image: "ubuntu", command: "sleep 600", wait_seconds: 1 },
  job_compare: { jobs: ["train"], metric: "loss", history: true },
  job_exec: { ...JOB, command: "echo hi" },
  job_telemetry: { ...JOB, seconds: 1 },
  job_extend: { ...JOB, by: "1h" },
  job_save: { ...JOB, image: "image:mine:v1" },
  job_attach: { ...JOB, wait_seconds: 1 },
  job_forward: { ...JOB, action: "open", port: 80 },
  job_files: { ...JOB, path: "/etc/passwd" },
  job_rerun: JOB,
  job_report: { idle: true, since: "1d" },
  apolo_context: {},
  job_signal: JOB,
  job_kill: { jobs: ["train"] },
};

const ENDING = ["job_signal", "job_kill"];

const RESOURCES = [
  ...["apolo://jobs", "apolo://presets", "apolo://context"],
  ...["apolo://jobs/lr", "apolo://schemas/JobDescription"],
];

const PROMPTS = [
  { name: "compare-sweep", arguments: { tag: "lr" } },
  { name: "daily-report" },
  { name: "clean-up" },
  { name: "diagnose-job", arguments: JOB },
  { name: "launch-job", arguments: { goal: "train" } },
];

describe.each(VERSIONS)("a session of %s", (version) => {
  test("gets nothing that its version does not know", async ({ platform }) => {
    const job = await startJob(platform, {
      name: "train",
      tags: ["lr"],
      script: "echo loss=0.5; echo hi; sleep 600",
    });
    await untilPrinted(platform, job, "hi");
    const session = await rawSession(createServer(openCaller(platform, openPolicy)));
    const check = checker(version, session);
    if (version === NEWEST) await check("server/discover");
    else await check("initialize", { protocolVersion: version, capabilities: CAPABILITIES, clientInfo });
    const uri = jobUri(await untilStatus(platform, job, "running"));
    const lists = ["tools/list", "resources/list", "resources/templates/list", "prompts/list"];
    const calls = Object.entries(CALLS).filter(([name]) => !ENDING.includes(name));
    await Promise.all([
      ...lists.map((method) => check(method)),
      ...[
        ...RESOURCES,
        uri,
        `${uri}/logs`,
        `${uri}/logs/1h`,
        `${uri}/files/bin/sh`.replace("bin/sh", "etc/passwd"),
      ].map((each) => check("resources/read", { uri: each })),
      ...PROMPTS.map((prompt) => check("prompts/get", prompt)),
      check("completion/complete", {
        ref: { type: "ref/prompt", name: "diagnose-job" },
        argument: { name: "job", value: "t" },
      }),
      ...calls.map(([name, args]) =>
        check("tools/call", { name, arguments: args, _meta: { progressToken: name } }),
      ),
      check("tools/call", { name: "no_such_tool" }),
      check("tools/call", { name: "job_status", arguments: { jobs: ["no-such-job"] } }),
    ]);
    // Old sessions cannot be asked, and the call goes through; the newest answer with the question.
    const ending = version < "2025-06-18" || version === NEWEST ? ENDING : [];
    for (const name of ending) await check("tools/call", { name, arguments: CALLS[name] });
    for (const { method, params } of session.notices) conforms(version, method, params);
  });
});

test.for(["2025-06-18", "2025-11-25"] as const)(
  "a session of %s is asked in its words",
  async (version, { platform }) => {
    await startJob(platform, { name: "train", script: "sleep 600" });
    const session = await rawSession(createServer(openCaller(platform, openPolicy)));
    await session.request("initialize", { protocolVersion: version, capabilities: CAPABILITIES, clientInfo });
    void session.request("tools/call", { name: "job_kill", arguments: CALLS.job_kill });
    const question = await vi.waitFor(() => {
      const [asked] = session.notices;
      if (asked === undefined) throw new Error("not asked");
      return asked;
    }, WITHIN);
    conforms(version, question.method, question.params);
  },
);

test("every tool is among the calls", () => {
  expect(Object.keys(CALLS).sort()).toEqual(tools.map(({ name }) => name).sort());
});

test("an old session is told of the job that it paid for", async ({ platform }) => {
  const session = await rawSession(createServer(openCaller(platform, openPolicy)));
  await session.request("initialize", { protocolVersion: "2024-11-05", capabilities: {}, clientInfo });
  const { result } = await session.request("tools/call", {
    name: "job_start",
    arguments: { image: "ubuntu", command: "sleep 600", name: "train", wait_seconds: 20 },
    _meta: { progressToken: "p" },
  });
  expect(result?.content).toEqual([{ type: "text", text: expect.stringMatching(/train.*job-/s) }]);
});

test("a session of an unknown version is spoken to in the newest", async ({ platform }) => {
  const session = await rawSession(createServer(openCaller(platform, openPolicy)));
  const asked = { protocolVersion: "2031-01-01", capabilities: {}, clientInfo };
  const { result } = await session.request("initialize", asked);
  expect(result?.protocolVersion).toBe("2025-11-25");
  expect((await session.request("tools/list")).result?.tools).toContainEqual(
    expect.objectContaining({ name: "job_list", title: expect.any(String), outputSchema: expect.anything() }),
  );
});

type Session = Awaited<ReturnType<typeof rawSession>>;

/** Asks, and checks the result by the version's schema. */
function checker(version: Version, session: Session) {
  return async (method: string, params?: Record<string, unknown>) => {
    const sent = version === NEWEST ? modern(params, CAPABILITIES) : params;
    const { result, error } = await session.request(method, sent);
    if (error !== undefined) throw new Error(`${method} ${JSON.stringify(params)}: ${JSON.stringify(error)}`);
    conforms(version, method, result, params);
  };
}

function conforms(version: Version, method: string, value: unknown, params?: unknown): void {
  const schema = schemasOf(version)[method];
  if (schema === undefined) throw new Error(`${method} does not exist in ${version}`);
  const { error } = schema.safeParse(value);
  if (error !== undefined)
    throw new Error(`${method} ${JSON.stringify(params)} in ${version}: ${z.prettifyError(error)}`);
}
