import { Client, InMemoryTransport } from "@modelcontextprotocol/client";
import { describe } from "vitest";
import type { Platform } from "../../src/client/index.ts";
import { openCaller } from "../../src/operations/caller.ts";
import { createServer } from "../../src/server/index.ts";
import { expect, openPolicy, test } from "../support/fixtures.ts";
import { rawSession } from "../support/raw-session.ts";
import { startJob, untilPrinted, untilStatus } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";

const NEW = "2026-07-28";

type Action = "accept" | "decline";
type Answering = (question: string) => Action | Promise<Action>;

/** A client of the new era whose person answers so. */
async function connect(platform: Platform, answer: Answering) {
  const options = {
    capabilities: { elicitation: { form: {} } },
    versionNegotiation: { mode: { pin: NEW } },
  };
  const client = new Client({ name: "test", version: "0" }, options);
  client.setRequestHandler("elicitation/create", async ({ params }) => ({
    action: await answer(params.message),
  }));
  const [near, far] = InMemoryTransport.createLinkedPair();
  await createServer(openCaller(platform, openPolicy)).connect(far);
  await client.connect(near);
  return client;
}

describe("a person beside a client that puts questions itself", () => {
  test.for([
    ["accept", true],
    ["decline", false],
  ] as const)("answers %s once, and the job is killed: %s", async ([answer, isKilled], { platform }) => {
    const job = await startJob(platform, { name: "asked", script: SLEEP });
    const questions: string[] = [];
    const client = await connect(platform, (question) => {
      questions.push(question);
      return answer;
    });
    await client.callTool({ name: "job_kill", arguments: { jobs: ["asked"] } });
    expect(questions).toEqual([expect.stringContaining(job.id)]);
    expect((await platform.jobs.status(job.id)).status === "cancelled").toBe(isKilled);
    await client.close();
  });

  test("is asked once where some have ended meanwhile: the others are killed", async ({ platform }) => {
    const jobs = { name: "first", tags: ["sweep"], script: SLEEP };
    const first = await startJob(platform, jobs);
    const second = await startJob(platform, { ...jobs, name: "second" });
    const questions: string[] = [];
    const client = await connect(platform, async (question) => {
      questions.push(question);
      if (questions.length === 1) await platform.jobs.kill(second.id);
      return "accept" as const;
    });
    await client.callTool({ name: "job_kill", arguments: { jobs: ["first", "second"] } });
    expect(questions).toHaveLength(1);
    expect((await platform.jobs.status(first.id)).status).toBe("cancelled");
    await client.close();
  });

  test("is asked again where a name has gone to another job meanwhile", async ({ platform }) => {
    const job = { name: "first", script: SLEEP };
    const first = await startJob(platform, job);
    const others: string[] = [];
    const questions: string[] = [];
    const client = await connect(platform, async (question) => {
      if (questions.push(question) > 1) return "decline";
      await platform.jobs.kill(first.id);
      others.push((await startJob(platform, job)).id);
      return "accept";
    });
    await client.callTool({ name: "job_kill", arguments: { jobs: ["first"] } });
    expect(questions).toEqual([expect.stringContaining(first.id), expect.stringContaining(others[0] ?? "?")]);
    expect((await platform.jobs.status(others[0] ?? "")).status).not.toBe("cancelled");
    await client.close();
  });

  test("has answered once: the same answer sends no second signal", async ({ platform }) => {
    const job = await startJob(platform, {
      name: "asked",
      script: "trap 'echo got it' TERM; echo set; while :; do sleep 0.1; done",
    });
    await untilPrinted(platform, job, "set");
    await untilStatus(platform, job, "running");
    const session = await rawSession(createServer(openCaller(platform, openPolicy)));
    const call = (answered: object = {}) =>
      session.request("tools/call", {
        ...{ name: "job_signal", arguments: { job: "asked", signal: "TERM", wait_seconds: 0 }, ...answered },
        _meta: {
          "io.modelcontextprotocol/protocolVersion": NEW,
          "io.modelcontextprotocol/clientInfo": { name: "test", version: "0" },
          "io.modelcontextprotocol/clientCapabilities": { elicitation: { form: {} } },
        },
      });
    const { result } = await call();
    const keys = Object.keys(Object(result?.inputRequests));
    const inputResponses = Object.fromEntries(keys.map((key) => [key, { action: "accept", content: {} }]));
    const answered = { inputResponses, requestState: result?.requestState };
    expect(JSON.stringify((await call({ inputResponses })).result)).toContain("input_required");
    expect((await call(answered)).result).toMatchObject({ structuredContent: { signal: "TERM" } });
    const again = (await call(answered)).result;
    expect(again).toMatchObject({ isError: true });
    expect(JSON.stringify(again)).toMatch(
      /This yes was used already \(SIGTERM was last sent to asked .* at 20.*Z\): nothing was sent now/,
    );
  });
});
