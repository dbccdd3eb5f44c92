import { setTimeout as elapse } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { Platform, Where } from "../../src/client/index.ts";
import { jobUri } from "../../src/jobs/names/ids.ts";
import { SOON_MS, WITHIN } from "../support/busy.ts";
import { countRequests } from "../support/requests.ts";
import { connectListener, connectSession } from "../support/session.ts";
import { scriptedPlatform } from "./scripted.ts";

/** Long enough for several looks of the watcher: silence can only be shown by waiting. */
const SILENCE_MS = 1300;

async function startRunning(platform: Platform, name: string, where: Where = {}) {
  const { id } = await platform.jobs.start({ image: "ubuntu", command: "sleep 600", name, where });
  return await vi.waitFor(async () => {
    const job = await platform.jobs.get(id);
    expect(job.status).toBe("running");
    return job;
  }, WITHIN);
}

describe("a subscription to a job", () => {
  test("tells of a change within two seconds, once at the end, and never again", async () => {
    const { emulator, platform } = await scriptedPlatform();
    const session = await connectSession(platform);
    const job = await startRunning(platform, "train");
    const uri = jobUri(job);
    await session.client.subscribeResource({ uri });
    await platform.jobs.bumpLifeSpan(job.id, 3600);
    const changedMs = performance.now();
    await vi.waitFor(() => expect(session.updates).toHaveLength(1), WITHIN);
    expect((session.updates[0]?.atMs ?? 0) - changedMs).toBeLessThan(SOON_MS);
    emulator.runner.jobs[0]?.end({ exitCode: 3 });
    await vi.waitFor(() => expect(session.updates).toHaveLength(2), WITHIN);
    expect(JSON.parse(await session.read(uri))).toMatchObject({
      status: "failed",
      history: { exit_code: 3 },
    });
    const requests = countRequests();
    onTestFinished(requests.stop);
    await elapse(SILENCE_MS);
    expect(session.updates).toHaveLength(2);
    expect(requests.http() + requests.sockets()).toBe(0);
  });

  test("is silent while only run time and cost grow", async () => {
    const { platform } = await scriptedPlatform();
    const session = await connectSession(platform);
    const job = await startRunning(platform, "train");
    await session.client.subscribeResource({ uri: jobUri(job) });
    await elapse(SILENCE_MS);
    expect(session.updates).toEqual([]);
  });

  test("tells at most once a second however often the job changes, and of the last change too", async () => {
    const { platform } = await scriptedPlatform();
    const session = await connectSession(platform);
    const job = await startRunning(platform, "train");
    const uri = jobUri(job);
    await session.client.subscribeResource({ uri });
    for (const until = performance.now() + 1500; performance.now() < until; ) {
      await platform.jobs.bumpLifeSpan(job.id, 60);
      await elapse(100);
    }
    let told = session.updates.length;
    let status: unknown;
    await platform.jobs.kill(job.id);
    // Who reads the job whenever there is news, and only then, sees how it ends.
    await vi.waitFor(async () => {
      const isNews = session.updates.length > told;
      told = session.updates.length;
      if (isNews) status = JSON.parse(await session.read(uri)).status;
      expect(status).toBe("cancelled");
    }, WITHIN);
    // They are sent a second apart, but may be received a little closer where the first is late.
    const times = session.updates.map(({ atMs }) => atMs);
    const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000;
    expect(times.length - 1).toBeLessThanOrEqual(Math.ceil(seconds));
  });

  test("by name is told under the address that was subscribed", async () => {
    const { platform } = await scriptedPlatform();
    const session = await connectSession(platform);
    const job = await startRunning(platform, "train");
    const uri = "job://default/acme/vision/train";
    await session.client.subscribeResource({ uri });
    await platform.jobs.kill(job.id);
    await vi.waitFor(() => expect(session.updates.map((update) => update.uri)).toEqual([uri]), WITHIN);
  });

  test("ends with unsubscribing, and nothing more is asked of the platform", { tags: "leaks" }, async () => {
    const { platform } = await scriptedPlatform();
    const session = await connectSession(platform);
    const uri = jobUri(await startRunning(platform, "train"));
    await session.client.subscribeResource({ uri });
    await session.client.unsubscribeResource({ uri });
    await session.client.unsubscribeResource({ uri });
    const requests = countRequests();
    onTestFinished(requests.stop);
    await elapse(SILENCE_MS);
    expect(requests.http()).toBe(0);
  });

  test("ends with its connection, and others go on", { tags: "leaks" }, async () => {
    const { platform } = await scriptedPlatform();
    const [leaving, staying] = [await connectSession(platform), await connectSession(platform)];
    const job = await startRunning(platform, "train");
    await leaving.client.subscribeResource({ uri: jobUri(job) });
    await staying.client.subscribeResource({ uri: jobUri(job) });
    await leaving.client.close();
    await platform.jobs.kill(job.id);
    await vi.waitFor(() => expect(staying.updates).toHaveLength(1), WITHIN);
    expect(leaving.updates).toEqual([]);
  });

  test("survives an outage and tells what changed meanwhile", { tags: "outages" }, async () => {
    const { emulator, platform } = await scriptedPlatform();
    const session = await connectSession(platform);
    const job = await startRunning(platform, "train");
    await session.client.subscribeResource({ uri: jobUri(job) });
    const restore = emulator.chaos.add({ on: { path: "**", method: "GET" }, do: { kind: "reset" } });
    await platform.jobs.kill(job.id);
    await elapse(SILENCE_MS);
    expect(session.updates).toEqual([]);
    restore();
    await vi.waitFor(() => expect(session.updates).toHaveLength(1), WITHIN);
  });

  test("is refused with the next step for what does not exist or cannot change", async () => {
    const { platform } = await scriptedPlatform();
    const { client } = await connectSession(platform);
    await startRunning(platform, "train");
    const subscribe = (uri: string) => client.subscribeResource({ uri });
    await expect(subscribe("job://default/acme/vision/trian")).rejects.toThrow(/not_found: .*train/);
    await expect(subscribe("apolo://presets")).rejects.toThrow(/invalid_argument: .*[Rr]ead it again/);
    await expect(subscribe("file:///etc/passwd")).rejects.toThrow(/not_found: .*apolo:\/\/jobs/);
  });
});

describe("what the watcher asks of the platform", () => {
  test("grows neither with subscribers of any era nor with jobs", async () => {
    const { platform } = await scriptedPlatform();
    const subscribers = await Promise.all(Array.from({ length: 8 }, () => connectSession(platform)));
    const jobs = await Promise.all(
      Array.from({ length: 12 }, (_, n) => startRunning(platform, `train-${n}`)),
    );
    for (const { client } of subscribers) {
      await Promise.all(jobs.map((job) => client.subscribeResource({ uri: jobUri(job) })));
    }
    const listening = Array.from({ length: 8 }, () => connectListener(platform, jobs.map(jobUri)));
    const sessions = [...subscribers, ...(await Promise.all(listening))];
    const requests = countRequests();
    onTestFinished(requests.stop);
    const startedMs = performance.now();
    await elapse(2500);
    await vi.waitFor(() => expect(requests.http()).toBeGreaterThan(1), WITHIN);
    const seconds = (performance.now() - startedMs) / 1000;
    expect(requests.http()).toBeLessThanOrEqual(seconds + 1);
    expect(requests.sockets()).toBe(0);
    const changed = jobs[5] ?? jobs[0];
    await platform.jobs.kill(changed?.id ?? "");
    await vi.waitFor(() => {
      for (const { updates } of sessions)
        expect(updates.map(({ uri }) => uri)).toEqual([changed && jobUri(changed)]);
    }, WITHIN);
  });
});

describe("jobs of several places", () => {
  test("are watched with one list for each cluster, and each is told of", async () => {
    const { platform } = await scriptedPlatform();
    const session = await connectSession(platform);
    const places = [{}, { project: "nlp" }, { org: "research", project: "lab" }, { cluster: "west" }];
    const jobs = await Promise.all(
      Array.from({ length: 16 }, (_, n) => startRunning(platform, `train-${n}`, places[n % places.length])),
    );
    await Promise.all(jobs.map((job) => session.client.subscribeResource({ uri: jobUri(job) })));
    const requests = countRequests();
    onTestFinished(requests.stop);
    const startedMs = performance.now();
    await elapse(SILENCE_MS);
    await vi.waitFor(() => expect(requests.http()).toBeGreaterThanOrEqual(2), WITHIN);
    const seconds = (performance.now() - startedMs) / 1000;
    expect(requests.http()).toBeLessThanOrEqual(2 * (seconds + 1));
    expect(session.updates).toEqual([]);
    const changed = jobs.slice(0, places.length);
    await Promise.all(changed.map(({ id }) => platform.jobs.kill(id)));
    await vi.waitFor(() => {
      expect(session.updates.map(({ uri }) => uri).sort()).toEqual(changed.map(jobUri).sort());
    }, WITHIN);
  });
});

describe("the list of resources", () => {
  test("is said to have changed when jobs come and go, once it was asked for", async () => {
    const { platform } = await scriptedPlatform();
    const [asked, silent] = [await connectSession(platform), await connectSession(platform)];
    await asked.client.listResources();
    // Whoever watches the jobs themselves makes the looks more frequent for all.
    await silent.client.subscribeResource({ uri: "apolo://jobs" });
    await elapse(1200);
    const job = await startRunning(platform, "train");
    await vi.waitFor(() => expect(asked.listChanges()).toBe(1), WITHIN);
    await platform.jobs.kill(job.id);
    await vi.waitFor(() => expect(asked.listChanges()).toBe(2), WITHIN);
    await vi.waitFor(() => expect(silent.updates.length).toBeGreaterThanOrEqual(2), WITHIN);
    expect(silent.listChanges()).toBe(0);
  });
});
