import { setTimeout as elapse } from "node:timers/promises";
import { describe, onTestFinished, vi } from "vitest";
import type { Platform } from "../../src/client/index.ts";
import { jobUri } from "../../src/jobs/names/ids.ts";
import { SOON_MS, WITHIN } from "../support/busy.ts";
import { faultProxy } from "../support/fault-proxy.ts";
import { expect, test } from "../support/fixtures.ts";
import { patient } from "../support/patient.ts";
import { countRequests } from "../support/requests.ts";
import { untilStatus } from "../support/run-job.ts";
import { connectSession } from "../support/session.ts";

const SILENCE_MS = 1300;

/** A job that prints whenever it is told to, and ends when it is told to. */
async function startPrinter(platform: Platform, name: string) {
  const command =
    "sh -c 'echo first; while [ ! -e end ]; do if [ -e say ]; then rm say; echo said; fi; sleep 0.02; done'";
  const { id } = await platform.jobs.start({ image: "ubuntu", command, name });
  const job = await vi.waitFor(async () => {
    const { lines } = await platform.jobs.tail(id);
    expect(lines).toHaveLength(1);
    return await platform.jobs.get(id);
  }, WITHIN);
  const touch = (file: string) => platform.jobs.execAndCollect(id, { argv: ["touch", file] });
  return { job, uri: `${jobUri(job)}/logs`, say: () => touch("say"), end: () => touch("end") };
}

describe("a subscription to a log", () => {
  test("is silent until a line is printed, tells of it in time, and of the end once", async ({
    platform,
  }) => {
    const { uri, say, end } = await startPrinter(platform, "printer");
    const session = await connectSession(patient(platform));
    await session.client.subscribeResource({ uri });
    await elapse(SILENCE_MS);
    expect(session.updates).toEqual([]);
    await say();
    const saidMs = performance.now();
    await vi.waitFor(() => expect(session.updates).toHaveLength(1), WITHIN);
    expect((session.updates[0]?.atMs ?? 0) - saidMs).toBeLessThan(SOON_MS);
    expect(await session.read(uri)).toContain("said");
    await end();
    await vi.waitFor(() => expect(session.updates).toHaveLength(2), WITHIN);
    await elapse(SILENCE_MS);
    expect(session.updates).toHaveLength(2);
  });

  test("starts before the job has printed anything", async ({ platform }) => {
    const session = await connectSession(platform);
    const job = await platform.jobs.start({
      image: "ubuntu",
      command: "sh -c 'until [ -e say ]; do sleep 0.02; done; echo first; sleep 600'",
    });
    const uri = `${jobUri(job)}/logs/1h`;
    await session.client.subscribeResource({ uri });
    await untilStatus(platform, job, "running");
    await platform.jobs.execAndCollect(job.id, { argv: ["touch", "say"] });
    await vi.waitFor(() => expect(session.updates.map((update) => update.uri)).toContain(uri), WITHIN);
    const reader = await connectSession(patient(platform));
    expect(await reader.read(uri)).toContain("first");
  });

  test("tells at most once a second however much is printed", async ({ platform }) => {
    const session = await connectSession(platform);
    const command = "sh -c 'n=0; while true; do n=$((n+1)); echo line $n; sleep 0.02; done'";
    const job = await platform.jobs.start({ image: "ubuntu", command });
    await session.client.subscribeResource({ uri: `${jobUri(job)}/logs` });
    await vi.waitFor(() => expect(session.updates.length).toBeGreaterThanOrEqual(3), WITHIN);
    const times = session.updates.map(({ atMs }) => atMs);
    // They are sent a second apart, but may be received a little closer where the first is late.
    const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000;
    expect(times.length - 1).toBeLessThanOrEqual(Math.ceil(seconds));
  });

  test("does not ask again before the time that the platform asks for", { tags: "outages" }, async ({
    platform,
    emulator,
  }) => {
    const { uri, job } = await startPrinter(platform, "printer");
    const proxy = await faultProxy(emulator);
    const session = await connectSession(proxy.platform());
    proxy.add({ path: /log_ws/, instead: { status: 503, headers: { "retry-after": "600" } } });
    await session.client.subscribeResource({ uri });
    // What would be asked too early is asked before this much later look at the job.
    await vi.waitFor(() => {
      const looks = proxy.seen.filter(({ path }) => path.startsWith("/api/v1/jobs"));
      expect(looks.length).toBeGreaterThan(3);
    }, WITHIN);
    expect(proxy.seen.filter(({ path }) => path.includes(`${job.id}/log_ws`))).toHaveLength(1);
  });

  test("takes one stream a job however many subscribers", async ({ platform }) => {
    const { uri, say } = await startPrinter(platform, "printer");
    const shared = patient(platform);
    const sessions = await Promise.all(Array.from({ length: 6 }, () => connectSession(shared)));
    const requests = countRequests();
    onTestFinished(requests.stop);
    for (const { client } of sessions) {
      await client.subscribeResource({ uri });
      await client.subscribeResource({ uri: `${uri}/1h` });
    }
    await vi.waitFor(() => expect(requests.sockets()).toBeGreaterThanOrEqual(2), WITHIN);
    await elapse(SILENCE_MS);
    // One to see where the log ends (more windows where it ends further back), one that stays.
    expect(requests.sockets()).toBeLessThanOrEqual(4);
    await say();
    await vi.waitFor(() => {
      for (const { updates } of sessions) expect(new Set(updates.map((update) => update.uri)).size).toBe(2);
    }, WITHIN);
  });

  test("survives lost streams and an outage", { tags: "outages" }, async ({ emulator, platform }) => {
    const { uri, say } = await startPrinter(platform, "printer");
    const session = await connectSession(patient(platform));
    const mend = emulator.chaos.add({
      on: { path: "**/log_ws", skip: 1 },
      do: { kind: "cut", afterMs: 300 },
    });
    await session.client.subscribeResource({ uri });
    await elapse(200);
    const restore = emulator.chaos.add({ on: { path: "**", method: "GET" }, do: { kind: "reset" } });
    await elapse(SILENCE_MS);
    expect(session.updates).toEqual([]);
    mend();
    restore();
    await say();
    await vi.waitFor(() => expect(session.updates.length).toBeGreaterThan(0), { timeout: 30_000 });
    // Where the outage came before the end of the log was known, this is told of first.
    await vi.waitFor(async () => expect(await session.read(uri)).toContain("said"), WITHIN);
  });

  test("lets go of the stream with the last subscriber", { tags: "leaks" }, async ({ platform }) => {
    const { uri, say } = await startPrinter(platform, "printer");
    const session = await connectSession(platform);
    await session.client.subscribeResource({ uri });
    await session.client.unsubscribeResource({ uri });
    const requests = countRequests();
    onTestFinished(requests.stop);
    await say();
    const own = requests.http() + requests.sockets();
    await elapse(SILENCE_MS);
    expect(session.updates).toEqual([]);
    expect(requests.http() + requests.sockets()).toBe(own);
  });
});
