import { describe, onTestFinished, vi } from "vitest";
import { connectPlatform, loginFromPassedConfig, type Platform } from "../../src/client/index.ts";
import { openCaller } from "../../src/operations/caller.ts";
import { createServer } from "../../src/server/index.ts";
import { WITHIN } from "../support/busy.ts";
import { unhurried } from "../support/fake-clock.ts";
import { openPolicy } from "../support/fixtures.ts";
import { patient } from "../support/patient.ts";
import { modern, rawSession } from "../support/raw-session.ts";
import { startJob, untilEnded, untilPrinted, untilStatus } from "../support/run-job.ts";
import { listAll, SLEEP } from "../support/sleepers.ts";
import { expect, HOME, test } from "../support/world.ts";

const TASKS = "io.modelcontextprotocol/tasks";
const UNKNOWN = { code: -32602, message: expect.stringMatching(/^There is no such task, or it has expired/) };

/** A client of the new era, which says with each request what it can do. No look of its server is too short. */
async function connect(platform: Platform, extensions: Record<string, object> = { [TASKS]: {} }) {
  const caller = openCaller(platform, openPolicy);
  onTestFinished(() => caller.close());
  const session = await rawSession(createServer(caller));
  const hurried = (method: string, params = {}) => session.request(method, modern(params, { extensions }));
  const request = (method: string, params = {}) => unhurried(platform, () => hurried(method, params));
  return {
    caller,
    /** Looks of the server are as short as they are. */
    hurried,
    request,
    call: async (name: string, args: object) =>
      (await request("tools/call", { name, arguments: args })).result,
    get: async (taskId: unknown) => (await request("tasks/get", { taskId })).result,
    /** The result of a task, once it is over. */
    outcome: async (taskId: unknown) => {
      const task = (await request("tasks/get", { taskId })).result;
      expect(task).toMatchObject({ status: "completed", resultType: "complete" });
      return task?.result;
    },
  };
}

/** What of a result does not depend on when somebody looked. */
function lasting(result: unknown) {
  const text = JSON.stringify(result);
  return JSON.parse(text.replaceAll(/[\d.]+ s of waiting|(?<="waited_seconds":)[\d.]+|\d+s ago/g, "0"));
}

describe("job_wait of a client that knows tasks", () => {
  test("answers at once with what a task is", async ({ platform }) => {
    await startJob(platform, { name: "long", script: SLEEP });
    const client = await connect(platform);
    const task = await client.call("job_wait", { jobs: ["long"], wait_seconds: 50 });
    const { taskId } = task ?? {};
    expect(task).toMatchObject({
      ...{ resultType: "task", status: "working", statusMessage: expect.stringMatching(/^long \w+/) },
      ...{ ttlMs: 50_000 + 86_400_000, pollIntervalMs: 5000 },
    });
    expect(Date.parse(String(task?.createdAt))).toBeLessThanOrEqual(Date.parse(String(task?.lastUpdatedAt)));
    const { resultType: _, content: __, lastUpdatedAt: ___, statusMessage: ____, ...same } = task ?? {};
    expect(await client.get(taskId)).toMatchObject({ ...same, resultType: "complete" });
    expect(String(taskId).length).toBeLessThan(200);
  });

  test("answers like one that does not know them where nothing is left to wait for", async ({ platform }) => {
    const job = await startJob(platform, { name: "done" });
    await untilEnded(platform, job);
    const args = { jobs: ["done"] };
    const plain = await (await connect(platform, {})).call("job_wait", args);
    const result = await (await connect(platform)).call("job_wait", args);
    expect(lasting(result)).toEqual(lasting(plain));
    expect(result).toMatchObject({ structuredContent: { finished: true } });
  });

  test("finds at a server started later that a job ended while nobody looked", { tags: "outages" }, async ({
    platform,
    emulator,
  }) => {
    const job = await startJob(platform, { name: "train", script: SLEEP });
    const client = await connect(platform);
    const { taskId } = (await client.call("job_wait", { jobs: ["train"] })) ?? {};
    await platform.jobs.kill(job.id);
    const replica = connectPlatform(loginFromPassedConfig(emulator.passedConfig));
    onTestFinished(() => replica.close());
    const result = await (await connect(replica)).outcome(taskId);
    const plain = await (await connect(platform, {})).call("job_wait", { jobs: ["train"] });
    const { resultType: _, _meta: __, ...expected } = lasting(plain);
    expect(lasting(result)).toEqual(expected);
  });

  test("waits for a line, or for the end of what could print it", async ({ platform }) => {
    const job = await startJob(platform, { name: "logging", script: `echo epoch 3; ${SLEEP}` });
    await untilPrinted(platform, job, "epoch 3");
    const client = await connect(platform);
    const { taskId } = (await client.call("job_wait", { jobs: ["logging"], pattern: "never" })) ?? {};
    const given = { startedMs: Date.now(), deadlineMs: Date.now() + 60_000, jobs: [job.id] };
    const facts = { until: "log", pattern: "epoch", byName: true };
    const { id } = client.caller.tasks.issue("job_wait", { ...given, facts });
    const found = { finished: true, ended: false, matched: { line: "epoch 3" } };
    // One look gives a log less than two seconds.
    expect(await vi.waitFor(() => client.outcome(id), WITHIN)).toMatchObject({ structuredContent: found });
    await platform.jobs.kill(job.id);
    expect(await client.outcome(taskId)).toMatchObject({
      structuredContent: { finished: false, ended: true },
    });
  });

  test("is over with finished: false at the end of the time given", async ({ platform }) => {
    await startJob(platform, { name: "long", script: SLEEP });
    const client = await connect(platform);
    const job = await platform.jobs.resolve("long", {});
    const past = { startedMs: Date.now() - 30_000, deadlineMs: Date.now() - 10_000 };
    const facts = { until: "finished", wait_seconds: 20, byName: true };
    const { id } = client.caller.tasks.issue("job_wait", { ...past, jobs: [job.id], facts });
    expect(await client.outcome(id)).toMatchObject({
      structuredContent: { finished: false },
      content: [
        { text: expect.stringContaining('{"jobs":["long"],"until":"finished","wait_seconds":20}') },
        {},
      ],
    });
  });

  test("does not go on for days where the job will not start by itself", async ({ platform, emulator }) => {
    emulator.chaos.add({ job: { name: "held" }, do: { kind: "hold", reason: "ErrImagePull" } });
    const job = await startJob(platform, { name: "held" });
    const reason = async () => (await platform.jobs.status(job.id)).history.reason;
    await expect.poll(reason, WITHIN).toBe("ErrImagePull");
    const client = await connect(platform);
    const { taskId } = (await client.call("job_wait", { jobs: ["held"] })) ?? {};
    expect(await client.get(taskId)).toMatchObject({ status: "working" });
    const given = client.caller.tasks.read(String(taskId));
    if (given === undefined) throw new Error("it is no task");
    const { id } = client.caller.tasks.issue("job_wait", { ...given, startedMs: Date.now() - 46_000 });
    expect(await client.outcome(id)).toMatchObject({
      structuredContent: { finished: false },
      content: [
        { text: expect.stringContaining('To wait anyway: job_wait {"jobs":["held"],"until":"finished"}') },
        {},
      ],
    });
  });

  test("goes on while the platform does not answer", { tags: "outages" }, async ({ platform, emulator }) => {
    await startJob(platform, { name: "long", script: SLEEP });
    const client = await connect(platform);
    const { taskId } = (await client.call("job_wait", { jobs: ["long"] })) ?? {};
    await emulator.close();
    expect(await client.get(taskId)).toMatchObject({
      status: "working",
      statusMessage: expect.stringMatching(/^unavailable: /),
    });
  });

  test("begins and ends where each answer takes the platform three seconds", { tags: "outages" }, async ({
    platform,
    emulator,
  }) => {
    const job = await startJob(platform, { name: "long", script: SLEEP });
    const { hurried } = await connect(platform);
    emulator.chaos.add({ on: { method: "GET", path: "**/jobs**" }, do: { kind: "delay", ms: 3000 } });
    const begun = await hurried("tools/call", { name: "job_wait", arguments: { jobs: ["long"] } });
    await platform.jobs.kill(job.id);
    const { taskId } = begun.result ?? {};
    expect((await hurried("tasks/get", { taskId })).result).toMatchObject({ status: "completed" });
  });

  test("ends with tasks/cancel, which ends no job", async ({ platform }) => {
    const job = await startJob(platform, { name: "long", script: SLEEP });
    await untilStatus(platform, job, "running");
    const client = await connect(platform);
    const { taskId } = (await client.call("job_wait", { jobs: ["long"] })) ?? {};
    expect(await client.request("tasks/cancel", { taskId })).toMatchObject({
      result: { resultType: "complete" },
    });
    expect(await client.get(taskId)).toMatchObject({ status: "cancelled" });
    expect(await (await connect(platform)).get(taskId)).toMatchObject({ status: "working" });
    expect((await platform.jobs.status(job.id)).status).toBe("running");
  });

  test("acknowledges answers that nobody asked for", async ({ platform }) => {
    await startJob(platform, { name: "long", script: SLEEP });
    const client = await connect(platform);
    const { taskId } = (await client.call("job_wait", { jobs: ["long"] })) ?? {};
    const answer = await client.request("tasks/update", { taskId, inputResponses: {} });
    expect(answer.result).toMatchObject({ resultType: "complete" });
  });
});

describe("job_start of a client that knows tasks", () => {
  const BOX = { image: "ubuntu", name: "box", command: `echo hi && ${SLEEP}`, request_id: "r1" };

  test("starts once, and tells later what a start that waits would have told", async ({
    platform,
    emulator,
  }) => {
    const client = await connect(platform);
    const task = await client.call("job_start", { ...BOX, wait_seconds: 30 });
    expect(task).toMatchObject({
      ...{ resultType: "task", status: "working" },
      statusMessage: expect.stringMatching(/^Started box: pending/),
    });
    const job = await platform.jobs.resolve("box", {});
    await untilPrinted(platform, job, "hi");
    await untilStatus(platform, job, "running");
    const replica = connectPlatform(loginFromPassedConfig(emulator.passedConfig));
    onTestFinished(() => replica.close());
    const result = JSON.stringify(await (await connect(patient(replica))).outcome(task?.taskId));
    const plain = await connect(patient(platform), {});
    const repeated = await plain.call("job_start", { ...BOX, wait_seconds: 30 });
    const { resultType: _, _meta: __, ...expected } = repeated ?? {};
    expect(result).toContain("Runs: sh -c");
    expect(result).toContain('"output":"hi"');
    const first = JSON.stringify(expected)
      .replace("This is the job of the earlier call with this request_id, nothing new was started", "Started")
      .replace('"repeated":true,', "");
    expect(JSON.parse(result)).toEqual(JSON.parse(first));
    const again = await client.call("job_start", { ...BOX, wait_seconds: 30 });
    expect(again).toMatchObject({ structuredContent: { jobs: [{ id: job.id, repeated: true }] } });
    expect(await listAll(platform)).toHaveLength(1);
  });

  test("is told at the end of the time given why the job does not run", async ({ platform, emulator }) => {
    emulator.chaos.add({ job: { name: "box" }, do: { kind: "hold", reason: "ErrImagePull" } });
    const client = await connect(platform);
    const { taskId } = (await client.call("job_start", { ...BOX, wait_seconds: 30 })) ?? {};
    const given = client.caller.tasks.read(String(taskId));
    if (given === undefined) throw new Error("it is no task");
    const { id } = client.caller.tasks.issue("job_start", { ...given, deadlineMs: Date.now() });
    expect(await client.outcome(id)).toMatchObject({
      content: [{ text: expect.stringMatching(/^Started: box [\s\S]*\nWhy: /) }, {}],
      structuredContent: { request_id: "r1", jobs: [{ status: "pending" }] },
    });
  });

  test("is answered at once where it does not wait", async ({ platform }) => {
    const client = await connect(platform);
    expect(await client.call("job_start", BOX)).toMatchObject({ structuredContent: { request_id: "r1" } });
    const refused = await client.call("job_start", { ...BOX, request_id: "r2", wait_seconds: 30 });
    expect(refused).toMatchObject({ isError: true });
  });
});

describe("an id of a task", { tags: "hostility" }, () => {
  test("means nothing when it is altered, made up, too old, or somebody else's", async ({
    platform,
    world,
  }) => {
    await startJob(platform, { name: "long", script: SLEEP });
    const client = await connect(platform);
    const { taskId } = (await client.call("job_wait", { jobs: ["long"] })) ?? {};
    const good = String(taskId);
    const altered = `${good.slice(0, 40)}${good[40] === "A" ? "B" : "A"}${good.slice(41)}`;
    const deadlineMs = Date.now() - 25 * 3_600_000;
    const old = client.caller.tasks.issue("job_wait", { startedMs: deadlineMs, deadlineMs, jobs: [] });
    const bob = await connect(world.as("bob", HOME));
    const other = client.caller.tasks.issue("job_exec", { startedMs: 0, deadlineMs: Date.now(), jobs: [] });
    for (const method of ["tasks/get", "tasks/cancel", "tasks/update"]) {
      for (const id of [altered, "786512e2", old.id])
        expect((await client.request(method, { taskId: id })).error).toEqual(UNKNOWN);
      expect((await bob.request(method, { taskId: good })).error).toEqual(UNKNOWN);
    }
    expect((await client.request("tasks/get", { taskId: other.id })).error).toEqual(UNKNOWN);
    expect(await client.get(good)).toMatchObject({ status: "working" });
  });

  test("is asked for only by a request that declares the extension", async ({ platform }) => {
    const client = await connect(platform, {});
    const refused = {
      code: -32021,
      data: { requiredCapabilities: { extensions: { [TASKS]: {} } } },
    };
    for (const method of ["tasks/get", "tasks/cancel", "tasks/update"])
      expect((await client.request(method, { taskId: "any" })).error).toMatchObject(refused);
    const listening = await client.request("subscriptions/listen", { notifications: { taskIds: ["any"] } });
    expect(listening.error).toMatchObject(refused);
  });
});

describe("the extension for tasks", () => {
  test("is declared in the new era", async ({ platform }) => {
    const { result } = await (await connect(platform)).request("server/discover");
    expect(result).toMatchObject({ capabilities: { extensions: { [TASKS]: {} } } });
  });

  test("is unknown in the old one, whatever a client declares", async ({ platform }) => {
    const job = await startJob(platform, { name: "here", script: `echo up; ${SLEEP}` });
    await untilPrinted(platform, job, "up");
    const session = await rawSession(createServer(openCaller(platform, openPolicy)));
    const capabilities = { extensions: { [TASKS]: {} } };
    const { result } = await session.request("initialize", {
      ...{ protocolVersion: "2025-11-25", capabilities, clientInfo: { name: "test", version: "0" } },
    });
    expect(result?.capabilities).not.toHaveProperty("extensions");
    const args = { jobs: ["here"], wait_seconds: 0 };
    const waited = await unhurried(platform, () =>
      session.request("tools/call", { name: "job_wait", arguments: args }),
    );
    expect(waited.result).toMatchObject({ structuredContent: { finished: false } });
    expect((await session.request("tasks/get", { taskId: "any" })).error).toMatchObject({ code: -32601 });
  });
});
