import { describe } from "vitest";
import type { Agent } from "../../support/agent.ts";
import { type FaultProxy, faultProxy } from "../../support/fault-proxy.ts";
import { connectAgent, expect, openPolicy, test } from "../../support/fixtures.ts";
import { gate } from "../../support/gate.ts";
import { listAll, SLEEP } from "../../support/sleepers.ts";

const job = { image: "python:3.12", command: SLEEP, preset: "cpu-small", life_span: "2h" };
const LOOK_UP = { method: "GET", path: /[?&]tag=mcp/ };
const START = { method: "POST", path: /\/jobs\?from_preset/ };

async function untilSent(proxy: FaultProxy, count: number): Promise<void> {
  while (proxy.seen.filter(({ method }) => method === "POST").length < count)
    await new Promise((resolve) => setImmediate(resolve));
}

/** Servers of one login; what they send to start waits until all have sent it. */
async function servers(proxy: FaultProxy, limits: object = {}, answer?: "lost") {
  const { open, opened } = gate();
  proxy.add({ ...START, before: opened, ...(answer && { answer }) });
  const connect = () => connectAgent(proxy.platform(), { ...openPolicy, ...limits });
  return { agents: await Promise.all([connect(), connect(), connect()]), open };
}

describe("servers with one login", { tags: "starts" }, () => {
  test.for([
    ["none has seen the other's", undefined],
    ["every answer is lost", "lost"],
  ] as const)("make one job of one request_id, though %s", async ([, answer], { emulator, platform }) => {
    const proxy = await faultProxy(emulator);
    const { agents, open } = await servers(proxy, {}, answer);
    const calls = Promise.all(agents.map((agent) => agent.ok("job_start", { ...job, request_id: "r1" })));
    await untilSent(proxy, 3);
    open();
    const ids = new Set((await calls).map(({ data }) => data.jobs[0].id));
    const active = (await listAll(platform)).filter(({ status }) => status !== "cancelled");
    expect(ids.size).toBe(1);
    expect([...ids]).toEqual(active.map(({ id }) => id));
  });

  test("make one job of one request_id with a name, which the platform refuses to the later ones", async ({
    emulator,
    platform,
  }) => {
    const proxy = await faultProxy(emulator);
    const { agents, open } = await servers(proxy);
    const args = { ...job, name: "train", request_id: "r1" };
    const calls = Promise.all(agents.map((agent) => agent.ok("job_start", args)));
    await untilSent(proxy, 3);
    open();
    const told = await calls;
    const ids = (await listAll(platform)).map(({ id }) => id);
    expect(ids).toHaveLength(1);
    expect(told.map(({ data }) => data.jobs[0].id)).toEqual([...ids, ...ids, ...ids]);
    const repeated = told.filter(({ text }) => text.includes("earlier call"));
    expect(repeated).toHaveLength(2);
  });

  test("tell of a name that another job has, though that cannot be looked at", async ({ emulator, mcp }) => {
    const { data } = await mcp.ok("job_start", { ...job, name: "train" });
    const [{ id }] = data.jobs;
    const proxy = await faultProxy(emulator);
    const agent = await connectAgent(proxy.platform());
    const args = { ...job, name: "train", request_id: "r1" };
    expect(await agent.refusal("job_start", args)).toMatch(
      new RegExp(`^conflict: The name "train" is taken by an active job, ${id}`),
    );
    proxy.add({ method: "GET", path: new RegExp(`/jobs/${id}`), instead: { status: 404 } });
    expect(await agent.refusal("job_start", args)).toMatch(/^conflict: The name "train" is taken/);
  });

  test("make one job of one request_id, though looking for the other's fails at first", async ({
    emulator,
    platform,
  }) => {
    const proxy = await faultProxy(emulator);
    const { agents, open } = await servers(proxy);
    const calls = Promise.all(agents.map((agent) => agent.ok("job_start", { ...job, request_id: "r1" })));
    await untilSent(proxy, 3);
    proxy.add({ ...LOOK_UP, times: 3, after: { bytes: 10, comes: "end" } });
    open();
    const ids = new Set((await calls).map(({ data }) => data.jobs[0].id));
    const active = (await listAll(platform)).filter(({ status }) => status !== "cancelled");
    expect(ids.size).toBe(1);
    expect([...ids]).toEqual(active.map(({ id }) => id));
  });

  test("say so when they cannot look for the other's job", async ({ emulator }) => {
    const proxy = await faultProxy(emulator);
    const { open, opened } = gate();
    proxy.add({ ...START, before: opened });
    const agent = await connectAgent(proxy.platform());
    const args = { ...job, request_id: "r1" };
    const call = agent.ok("job_start", args);
    await untilSent(proxy, 1);
    const heal = proxy.add({ ...LOOK_UP, instead: { status: 404 } });
    open();
    const note = "Whether another server has started this request_id, too, could not be looked up";
    const first = await call;
    expect(first.text).toContain(`${note}: the same call again tells.`);
    expect(first.data.jobs[0].unchecked).toBe(true);
    heal();
    const again = await agent.ok("job_start", args);
    expect(again.text).not.toContain(note);
    expect(again.data.jobs[0]).not.toHaveProperty("unchecked");
  });

  test("look once more for the other's job when the first look stays without an answer", async ({
    emulator,
  }) => {
    const proxy = await faultProxy(emulator);
    const { open, opened } = gate();
    proxy.add({ ...START, before: opened });
    const agent = await connectAgent(proxy.platform());
    const call = agent.ok("job_start", { ...job, request_id: "r1" });
    await untilSent(proxy, 1);
    proxy.add({ ...LOOK_UP, times: 1, answer: gate().opened });
    open();
    expect((await call).data.jobs[0]).not.toHaveProperty("unchecked");
  });

  test.for([undefined, "lost"] as const)(
    "refuse the younger of two requests that share their id only (answer %s)",
    async (answer, { emulator, platform }) => {
      const proxy = await faultProxy(emulator);
      const { agents, open } = await servers(proxy, {}, answer);
      const start = (agent: Agent, at: number) =>
        agent.call("job_start", { ...job, command: `sleep 60${at}`, request_id: "r1" });
      const calls = Promise.all(agents.map(start));
      await untilSent(proxy, 3);
      open();
      const refused = (await calls).filter(({ isError }) => isError);
      expect(refused).toHaveLength(2);
      for (const { text } of refused) expect(text).toMatch(/^conflict: request_id "r1" .*\(command\)/);
      const active = (await listAll(platform)).filter(({ status }) => status !== "cancelled");
      expect(active).toHaveLength(1);
    },
  );

  test("tell of a sweep which of its jobs gave way to --max-jobs, and that they stay ended", async ({
    emulator,
    platform,
  }) => {
    const proxy = await faultProxy(emulator);
    const { agents, open } = await servers(proxy, { maxJobs: 3 });
    const start = (agent: Agent, at: number) =>
      agent.call("job_start", { ...job, count: 3, request_id: `s${at}` });
    const calls = Promise.all(agents.slice(0, 2).map(start));
    await untilSent(proxy, 6);
    open();
    const told = (await calls).map(({ text }) => text).join("\n");
    const ended = (await listAll(platform)).filter(({ status }) => status === "cancelled");
    expect(ended).toHaveLength(3);
    for (const { id } of ended) expect(told).toContain(id);
    expect(told).not.toContain("starts only those that are missing");
  });

  test("keep to --max-jobs when every start was given up", async ({ emulator, platform }) => {
    const proxy = await faultProxy(emulator);
    const { agents, open } = await servers(proxy, { maxJobs: 1 });
    const abort = new AbortController();
    const calls = agents.map((agent) => agent.call("job_start", job, abort.signal).catch(() => undefined));
    await untilSent(proxy, 3);
    abort.abort();
    await Promise.all(calls);
    open();
    const statuses = async () => (await listAll(platform)).map(({ status }) => status === "cancelled").sort();
    await expect.poll(statuses, { timeout: 30_000 }).toEqual([false, true, true]);
  });
});
