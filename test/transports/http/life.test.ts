import { describe, onTestFinished, vi } from "vitest";
import { openCaller } from "../../../src/operations/caller.ts";
import { WITHIN } from "../../support/busy.ts";
import { faultProxy } from "../../support/fault-proxy.ts";
import { expect, openPolicy, test } from "../../support/fixtures.ts";
import { serveHttp } from "../../support/http.ts";
import { initialize, listen, openSession, post, postModern, reading } from "../../support/http-requests.ts";
import { startJob } from "../../support/run-job.ts";
import { SLEEP } from "../../support/sleepers.ts";

describe("a session", () => {
  test("is closed when nobody uses it, and then unknown", async ({ platform }) => {
    const { url } = await serveHttp(platform, { sessions: { idleMs: 40, most: 10 } });
    const session = await openSession(url);
    // Asking is using it.
    const seldom = { ...WITHIN, interval: 200 };
    await vi.waitFor(async () => {
      expect((await post(url, { method: "ping" }, { headers: session })).status).toBe(404);
    }, seldom);
  });

  test("stays while its client listens", async ({ platform }) => {
    const { url } = await serveHttp(platform, { sessions: { idleMs: 40, most: 1 } });
    const stream = new AbortController();
    onTestFinished(() => stream.abort());
    // On a busy machine the first ones may be over before they listen.
    const session = await vi.waitFor(async () => {
      const opened = await openSession(url);
      const answer = await listen(url, { headers: opened, signal: stream.signal });
      expect(answer.status).toBe(200);
      return opened;
    }, WITHIN);
    const other = await initialize(url);
    expect(other.status).toBe(503);
    expect(other.headers.get("retry-after")).toBe("30");
    expect((await post(url, { method: "ping" }, { headers: session })).status).toBe(200);
  });

  test("gives way to a new one when it is idle and there is no more room", async ({ platform }) => {
    const { url } = await serveHttp(platform, { sessions: { idleMs: 60_000, most: 2 } });
    const sessions = [await openSession(url), await openSession(url), await openSession(url)];
    const answers = await Promise.all(
      sessions.map((session) => post(url, { method: "ping" }, { headers: session })),
    );
    expect(answers.map(({ status }) => status)).toEqual([404, 200, 200]);
  });

  test("is nothing to another caller, and counts with those of others", async ({ platform }) => {
    const callers = [openCaller(platform, openPolicy), openCaller(platform, openPolicy)] as const;
    const { signal: closed } = new AbortController();
    const { url } = await serveHttp(platform, {
      sessions: { idleMs: 60_000, most: 1 },
      admit: async ({ headers }) => {
        const caller = headers.has("x-other") ? callers[1] : callers[0];
        return { id: "any", caller, closed, done: () => undefined, charge: async () => undefined };
      },
    });
    const session = await openSession(url);
    const other = { "x-other": "1" };
    expect((await post(url, { method: "ping" }, { headers: { ...session, ...other } })).status).toBe(404);
    expect((await post(url, { method: "ping" }, { headers: session })).status).toBe(200);
    const params = {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "o", version: "0" },
    };
    expect((await post(url, { method: "initialize", params }, { headers: other })).status).toBe(200);
    expect((await post(url, { method: "ping" }, { headers: session })).status).toBe(404);
    await Promise.all(callers.map((caller) => caller.close()));
  });

  test("is ended by its client", async ({ platform }) => {
    const { url } = await serveHttp(platform);
    const session = await openSession(url);
    expect((await fetch(url, { method: "DELETE", headers: session })).status).toBe(200);
    expect((await post(url, { method: "ping" }, { headers: session })).status).toBe(404);
  });

  test("ends the answer to a call that its client cancels", async ({ platform }) => {
    const { url } = await serveHttp(platform);
    await startJob(platform, { name: "long", script: SLEEP });
    const headers = await openSession(url);
    const params = { name: "job_wait", arguments: { jobs: ["long"], wait_seconds: 40 } };
    const answer = await post(url, { id: "w", method: "tools/call", params }, { headers });
    const cancelled = { method: "notifications/cancelled", params: { requestId: "w" }, id: undefined };
    await (await post(url, cancelled, { headers })).text();
    expect(await answer.text()).not.toContain("finished");
  });
});

describe("a server that is told to end", () => {
  test("finishes what it is doing, and tells those who listen", async ({ emulator }) => {
    const proxy = await faultProxy(emulator);
    const platform = proxy.platform();
    const { url, close } = await serveHttp(platform, { drainMs: 20_000 });
    const job = await startJob(platform, { name: "waited", script: SLEEP });
    const topics = { notifications: { resourcesListChanged: true } };
    const listening = reading(await postModern(url, "subscriptions/listen", topics));
    const wait = { name: "job_wait", arguments: { jobs: [job.id], wait_seconds: 30 } };
    const waiting = postModern(url, "tools/call", wait);
    await vi.waitFor(() => expect(listening.text()).toContain("acknowledged"), WITHIN);
    await proxy.sees({ path: new RegExp(job.id) });
    const closed = close();
    await vi.waitFor(() => expect(fetch(url)).rejects.toThrow(), WITHIN);
    await platform.jobs.kill(job.id);
    expect(await (await waiting).text()).toContain("cancelled");
    await listening.ended;
    expect(listening.text()).toMatch(/"resultType":"complete"/);
    await closed;
  });

  test("waits no longer than it may", async ({ emulator }) => {
    const proxy = await faultProxy(emulator);
    const platform = proxy.platform();
    const { url, close } = await serveHttp(platform, { drainMs: 100 });
    const job = await startJob(platform, { name: "waited", script: SLEEP });
    const wait = { name: "job_wait", arguments: { jobs: [job.id], wait_seconds: 40 } };
    const waiting = postModern(url, "tools/call", wait).then((answer) => answer.text());
    const settled = vi.fn();
    waiting.then(settled, settled);
    await proxy.sees({ path: new RegExp(job.id) });
    await close();
    await vi.waitFor(() => expect(settled).toHaveBeenCalled(), WITHIN);
  });
});

test("a call that its client gives up is ended", async ({ platform }) => {
  const job = await startJob(platform, { name: "asked", script: SLEEP });
  const asked = vi.fn();
  const statusMany: typeof platform.jobs.statusMany = (...given) => {
    asked(...given);
    return new Promise(() => undefined);
  };
  const { url } = await serveHttp({ ...platform, jobs: { ...platform.jobs, statusMany } });
  const giving = new AbortController();
  const call = { name: "job_status", arguments: { jobs: [job.id] } };
  const calling = postModern(url, "tools/call", call, { signal: giving.signal });
  await vi.waitFor(() => expect(asked).toHaveBeenCalled(), WITHIN);
  const { signal } = asked.mock.calls[0]?.find((argument) => argument?.signal !== undefined) ?? {};
  expect(signal.aborted).toBe(false);
  giving.abort();
  await expect(calling).rejects.toThrow();
  await vi.waitFor(() => expect(signal.aborted).toBe(true), WITHIN);
});
