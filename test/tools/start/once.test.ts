import { describe } from "vitest";
import type { Agent } from "../../support/agent.ts";
import { faultProxy } from "../../support/fault-proxy.ts";
import { connectAgent, expect, test } from "../../support/fixtures.ts";
import { gate } from "../../support/gate.ts";
import { listAll, SLEEP } from "../../support/sleepers.ts";

const job = { image: "python:3.12", command: SLEEP, request_id: "r-1" };
const START = { method: "POST", path: /\/jobs\?from_preset/ };

/** A call that whoever made it gives up once `when` has come. */
async function giveUp(mcp: Agent, args: Record<string, unknown>, when: Promise<unknown>): Promise<void> {
  const abort = new AbortController();
  const call = mcp.call("job_start", args, abort.signal).catch(() => undefined);
  await when;
  abort.abort();
  await call;
}

/** Long enough for a call that does not wait to send all it has to send. */
async function meanwhile(mcp: Agent): Promise<void> {
  for (let reads = 0; reads < 5; reads += 1) await mcp.ok("job_list");
}

describe("one request_id", { tags: "starts" }, () => {
  test("is one job when the call that sent it is cancelled and made again at once", async ({
    emulator,
    platform,
  }) => {
    const proxy = await faultProxy(emulator);
    const mcp = await connectAgent(proxy.platform());
    const { open, opened } = gate();
    proxy.add({ ...START, times: 1, before: opened });
    await giveUp(mcp, job, proxy.sees(START));
    const again = mcp.call("job_start", job);
    await meanwhile(mcp);
    open();
    expect((await again).data.jobs[0].repeated).toBe(true);
    expect(await listAll(platform)).toHaveLength(1);
  });

  test("is one job when a call that waited for the first is cancelled, and a third comes", async ({
    emulator,
    platform,
  }) => {
    const proxy = await faultProxy(emulator);
    const mcp = await connectAgent(proxy.platform());
    const { open, opened } = gate();
    proxy.add({ ...START, times: 1, before: opened });
    const first = mcp.call("job_start", job);
    await proxy.sees(START);
    await giveUp(mcp, job, new Promise((resolve) => setImmediate(resolve)));
    const third = mcp.call("job_start", job);
    await meanwhile(mcp);
    open();
    const ids = (await Promise.all([first, third])).map(({ data }) => data.jobs[0].id);
    expect(ids).toEqual((await listAll(platform)).flatMap(({ id }) => [id, id]));
  });

  test("is one job for calls of several sessions, whoever gives up", async ({ emulator, platform }) => {
    const proxy = await faultProxy(emulator);
    const shared = proxy.platform();
    const agents = await Promise.all([1, 2, 3].map(() => connectAgent(shared)));
    const { open, opened } = gate();
    proxy.add({ ...START, times: 1, before: opened });
    await Promise.all(agents.map((agent) => giveUp(agent, job, proxy.sees(START))));
    const answers = Promise.all(agents.map((agent) => agent.ok("job_start", job)));
    await meanwhile(await connectAgent(shared));
    open();
    const ids = new Set((await answers).map(({ data }) => data.jobs[0].id));
    expect(ids.size).toBe(1);
    expect(await listAll(platform)).toHaveLength(1);
  });

  test("starts anew when the first call was given up before anything was sent", async ({ emulator }) => {
    const proxy = await faultProxy(emulator);
    const mcp = await connectAgent(proxy.platform());
    const list = { method: "GET", path: /\/jobs\?/ };
    const undo = proxy.add({ ...list, instead: "silence" });
    await giveUp(mcp, job, proxy.sees(list));
    undo();
    const { data } = await mcp.ok("job_start", job);
    expect(data.jobs[0].repeated).toBeUndefined();
    expect(proxy.seen.filter(({ method }) => method === "POST")).toHaveLength(1);
  });

  test("is one job of a sweep, too", async ({ emulator, platform }) => {
    const proxy = await faultProxy(emulator);
    const mcp = await connectAgent(proxy.platform());
    const { open, opened } = gate();
    proxy.add({ ...START, times: 3, before: opened });
    const sweep = { ...job, count: 3 };
    await giveUp(mcp, sweep, proxy.sees(START));
    const again = mcp.ok("job_start", sweep);
    await meanwhile(mcp);
    open();
    expect((await again).data.jobs).toHaveLength(3);
    expect(await listAll(platform)).toHaveLength(3);
  });
});
