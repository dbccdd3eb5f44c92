import { randomBytes } from "node:crypto";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { describe, onTestFinished, vi } from "vitest";
import type { Emulator } from "../../../src/emulator/index.ts";
import { jobUri } from "../../../src/jobs/names/ids.ts";
import { WITHIN } from "../../support/busy.ts";
import { openSession, type Params, post, postModern, reading } from "../../support/http-requests.ts";
import { balance, serveTeam } from "../../support/replicas.ts";
import { untilPrinted } from "../../support/run-job.ts";
import { listAll, SLEEP } from "../../support/sleepers.ts";
import { expect, HOME, test as inWorld } from "../../support/world.ts";

/** Where a bare token leads: nothing is selected for callers. */
const HERE = { ...HOME, project: "nlp" };
const TASKS = { extensions: { "io.modelcontextprotocol/tasks": {} } };
const ASKS = { elicitation: { form: {} } };

type Cluster = Awaited<ReturnType<typeof openCluster>>;

/** `team`: two servers with one key behind a balancer that gives each request to the other one. */
const test = inWorld.extend<{ team: Cluster }>({
  team: async ({ emulator }, use) => use(await openCluster(emulator)),
});

async function openCluster(emulator: Emulator, stateless = false) {
  const key = randomBytes(32);
  const replicas = await Promise.all([1, 2].map(() => serveTeam(emulator, key, { stateless })));
  const balancer = await balance(replicas.map(({ url }) => url));
  const headersOf = (user: string) => ({ authorization: `Bearer ${emulator.tokenFor(user)}` });
  const ask = async (user: string, method: string, params: Params, capabilities = {}) => {
    const answer = await postModern(balancer.url, method, params, { headers: headersOf(user), capabilities });
    return JSON.parse(await answer.text());
  };
  return {
    ...balancer,
    headersOf,
    ask,
    async call(user: string, name: string, args: object, more: Params & { capabilities?: object } = {}) {
      const { capabilities, ...params } = more;
      const { result } = await ask(user, "tools/call", { name, arguments: args, ...params }, capabilities);
      return { ...result, text: result.content?.map(({ text = "" }) => text).join("\n") ?? "" };
    },
    /** Another process takes the place of a replica. */
    async restart(index: number) {
      await replicas[index]?.close();
      const fresh = await serveTeam(emulator, key, { stateless });
      balancer.urls[index] = fresh.url;
    },
  };
}

describe("what one replica handed out", { tags: "kills" }, () => {
  test("the next one takes: the token of a kill", async ({ team, world }) => {
    await world.running("alice", HERE, { name: "doomed", tags: ["sweep"] });
    const { token } = (await team.call("alice", "job_kill", { tags: ["sweep"] })).structuredContent;
    const killed = await team.call("alice", "job_kill", { token });
    expect(killed.structuredContent.outcomes).toMatchObject([{ after: "cancelled" }]);
    expect(team.served).toEqual([0, 1]);
  });

  test("the next one takes: the cursor of a list", async ({ team, world }) => {
    for (const name of ["one", "two"]) await world.ended("alice", HERE, { name });
    const first = await team.call("alice", "job_list", { limit: 1 });
    const { next_cursor: cursor } = first.structuredContent;
    const next = await team.call("alice", "job_list", { limit: 1, cursor });
    expect([first, next].map(({ structuredContent }) => structuredContent.jobs[0].name)).toEqual([
      "two",
      "one",
    ]);
    expect(team.served).toEqual([0, 1]);
  });

  test("the next one takes: the cursor of a log", async ({ team, world }) => {
    const job = await world.running("alice", HERE, { name: "talks", script: `echo one; ${SLEEP}` });
    await untilPrinted(world.as("alice", HERE), job, "one");
    const first = await team.call("alice", "job_logs", { jobs: ["talks"] });
    expect(first.text).toContain("one");
    const { next_cursor: cursor } = first.structuredContent;
    const next = await team.call("alice", "job_logs", { jobs: ["talks"], cursor });
    expect(next).not.toHaveProperty("isError");
    expect(next.text).not.toMatch(/^one$/m);
    expect(team.served).toEqual([0, 1]);
  });

  test("the next one takes: the id of a task", async ({ team, world }) => {
    const job = await world.running("alice", HERE, { name: "long" });
    const { taskId } = await team.call("alice", "job_wait", { jobs: ["long"] }, { capabilities: TASKS });
    await world.as("alice", HERE).jobs.kill(job.id);
    const { result } = await team.ask("alice", "tasks/get", { taskId }, TASKS);
    expect(result).toMatchObject({ status: "completed", result: { structuredContent: { finished: true } } });
    expect(team.served).toEqual([0, 1]);
  });

  test("the next one takes: a question, answered", async ({ team, world }) => {
    const job = await world.running("bob", HERE, { name: "of-bob" });
    const kill = { jobs: [job.id], include_others: true };
    const asked = await team.call("alice", "job_kill", kill, { capabilities: ASKS });
    const inputResponses = Object.fromEntries(
      Object.keys(asked.inputRequests).map((key) => [key, { action: "accept", content: {} }]),
    );
    const { requestState } = asked;
    const answered = { capabilities: ASKS, inputResponses, requestState };
    const killed = await team.call("alice", "job_kill", kill, answered);
    expect(killed.structuredContent.outcomes).toMatchObject([{ after: "cancelled" }]);
    expect(team.served).toEqual([0, 1]);
  });

  test("is good after both have been restarted", async ({ team, world }) => {
    await world.running("alice", HERE, { name: "doomed", tags: ["sweep"] });
    const { token } = (await team.call("alice", "job_kill", { tags: ["sweep"] })).structuredContent;
    await team.restart(0);
    await team.restart(1);
    const killed = await team.call("alice", "job_kill", { token });
    expect(killed.structuredContent.outcomes).toMatchObject([{ after: "cancelled" }]);
  });

  test("is nothing to another user", async ({ team, world }) => {
    await world.running("alice", HERE, { name: "mine", tags: ["sweep"], script: `echo secret; ${SLEEP}` });
    await world.ended("alice", HERE, { name: "older" });
    const { token } = (await team.call("alice", "job_kill", { tags: ["sweep"] })).structuredContent;
    const list = (await team.call("alice", "job_list", { limit: 1 })).structuredContent.next_cursor;
    const log = (await team.call("alice", "job_logs", { jobs: ["mine"] })).structuredContent.next_cursor;
    const wait = { jobs: ["mine"] };
    const { taskId } = await team.call("alice", "job_wait", wait, { capabilities: TASKS });
    for (const _ of team.urls) {
      const answers = [
        await team.call("bob", "job_kill", { token }),
        await team.call("bob", "job_list", { cursor: list }),
        await team.call("bob", "job_logs", { jobs: ["mine"], cursor: log }),
      ];
      for (const answer of answers) expect(answer).toMatchObject({ isError: true });
      const { error } = await team.ask("bob", "tasks/get", { taskId }, TASKS);
      expect(error).toMatchObject({ code: -32602, message: expect.stringMatching(/^There is no such task/) });
      expect(JSON.stringify([answers, error])).not.toMatch(/secret|older|"status"/);
      // The next round begins at the other replica.
      await team.ask("bob", "server/discover", {});
    }
    expect(new Set(team.served)).toEqual(new Set([0, 1]));
    const [mine] = (await listAll(world.as("alice", HERE))).filter(({ name }) => name === "mine");
    expect(mine).toMatchObject({ status: "running" });
  });
});

test("a start that is sent to both at once starts one job", { tags: "starts" }, async ({ team, world }) => {
  const args = { image: "ubuntu", command: SLEEP, request_id: "same-request" };
  const started = await Promise.all([1, 2].map(() => team.call("alice", "job_start", args)));
  const ids = started.map(({ structuredContent }) => structuredContent.jobs[0].id);
  expect(new Set(team.served)).toEqual(new Set([0, 1]));
  expect(new Set(ids).size).toBe(1);
  const active = (await listAll(world.as("alice", HERE))).filter(({ status }) => status !== "cancelled");
  expect(active.map(({ id }) => id)).toEqual([ids[0]]);
});

test("whoever listens at one replica is told of what is done at the other", async ({ team, world }) => {
  const job = await world.running("alice", HERE, { name: "watched" });
  const stream = new AbortController();
  onTestFinished(() => stream.abort());
  const sending = { headers: team.headersOf("alice"), signal: stream.signal };
  const notifications = { resourceSubscriptions: [jobUri(job)] };
  const heard = reading(await postModern(team.url, "subscriptions/listen", { notifications }, sending));
  await vi.waitFor(() => expect(heard.text()).toContain("acknowledged"), WITHIN);
  await team.call("alice", "job_kill", { jobs: [job.id] });
  await vi.waitFor(() => expect(heard.text()).toContain("notifications/resources/updated"), WITHIN);
  expect(team.served).toEqual([0, 1]);
});

describe("a client of the older era behind the balancer", () => {
  test("is told at the other replica to begin again", async ({ team }) => {
    const headers = await openSession(team.url, { headers: team.headersOf("alice") });
    const answer = await post(team.url, { method: "tools/list" }, { headers });
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain("initialize again");
  });

  test("is served where no replica keeps sessions", async ({ emulator, world }) => {
    const team = await openCluster(emulator, true);
    await world.ended("alice", HERE, { name: "seen" });
    const client = new Client({ name: "test", version: "0" });
    const requestInit = { headers: team.headersOf("alice") };
    const transport = new StreamableHTTPClientTransport(team.url, { requestInit });
    // Its own types do not fit together under exactOptionalPropertyTypes.
    await client.connect(transport as Parameters<Client["connect"]>[0]);
    onTestFinished(() => client.close());
    for (const _ of team.urls) {
      const { content } = await client.callTool({ name: "job_list", arguments: {} });
      expect(JSON.stringify(content)).toContain("seen");
    }
    expect(new Set(team.served.slice(-2))).toEqual(new Set([0, 1]));
  });
});
