import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import { openRandom } from "../../src/emulator/scenes/random.ts";
import { type EmulatorProcess, spawnEmulator } from "../emulator/support/bin.ts";
import { faultProxy } from "../support/fault-proxy.ts";
import { type Footprint, footprintOf, grown, PROBE, residentMiB } from "../support/footprint.ts";
import { type Product, startHttp, startStdio } from "../support/product.ts";
import { FORM, tell } from "./form.ts";
import { anyFault, mixedCalls, waitingCalls } from "./mixed-calls.ts";

const { WARM_UP, PART } = FORM.isLong ? { WARM_UP: 1000, PART: 500 } : { WARM_UP: 60, PART: 120 };
const MOST_GROWTH = 1.1;
const MOST_CALLS = 10_000;
/** That a call may wait. */
const LONGEST_SECONDS = 50;
/** Connections that nobody uses are kept for some seconds. */
const AT_REST = { timeout: 60_000, interval: 100 };
const FILE = "head -c 5000 /dev/zero > data.bin";
const SCRIPT = `${FILE}; i=0; while sleep 0.2; do i=$((i+1)); echo tick $i loss=0.$i; done`;

const KINDS = ["stdio", "http"] as const;
const started = z.object({ id: z.string() });

describe.each(KINDS)("a server over %s", { tags: "leaks" }, (kind) => {
  test("holds nothing more after mixed calls under faults", { timeout: FORM.timeoutMs }, async () => {
    const { server, proxy, about, footprint, files } = await openLeakWorld(kind);
    const random = openRandom(FORM.seed);
    proxy.choose(anyFault(random));
    await mixedCalls(server, { ...about, random, from: 0, count: WARM_UP });
    const before = await atRest(footprint);
    const endsAt = performance.now() + FORM.forMs / KINDS.length;
    const heaps = [before.heapMiB];
    let calls = 0;
    do {
      await mixedCalls(server, { ...about, random, from: WARM_UP + calls, count: PART });
      calls += PART;
      if (FORM.isLong) heaps.push((await footprint()).heapMiB);
    } while (performance.now() < endsAt && calls < FORM.calls);
    const after = await atRest(footprint, before);
    tell({ seed: FORM.seed, kind, calls, before, after, heaps });
    expect(files().filter((name) => !name.startsWith("saved-"))).toEqual([]);
    if (FORM.isLong) expect(after.heapMiB / before.heapMiB).toBeLessThan(MOST_GROWTH);
  });

  test("holds nothing of calls that were given up while they waited", {
    timeout: FORM.timeoutMs,
  }, async () => {
    const { server, proxy, about, footprint } = await openLeakWorld(kind);
    const giveUp = async (isGivenUp: boolean) => {
      const abort = new AbortController();
      proxy.seen.length = 0;
      const calls = waitingCalls(about, isGivenUp ? LONGEST_SECONDS : 1);
      const answers = calls.map(([name, args]) => server.call(name, args, abort.signal));
      if (isGivenUp) {
        await proxy.sees({ path: /exec/ });
        abort.abort();
      }
      expect((await Promise.all(answers)).every((answer) => (answer === undefined) === isGivenUp)).toBe(true);
    };
    await giveUp(false);
    const before = await atRest(footprint);
    await giveUp(true);
    const from = performance.now();
    await atRest(footprint, before);
    tell({ kind, releasedAfterMs: Math.round(performance.now() - from) });
  });
});

describe.runIf(FORM.isLong).each(KINDS)("the memory of a server over %s", (kind) => {
  test("is given back once nobody calls for a while", { timeout: FORM.timeoutMs }, async () => {
    const { server, proxy, about } = await openLeakWorld(kind, []);
    const random = openRandom(FORM.seed);
    proxy.choose(anyFault(random));
    await mixedCalls(server, { ...about, random, from: 0, count: WARM_UP });
    const before = await restingMiB(server);
    const calls = Math.min(FORM.calls, MOST_CALLS);
    await mixedCalls(server, { ...about, random, from: WARM_UP, count: calls });
    const busy = residentMiB(server);
    const after = await restingMiB(server);
    tell({ seed: FORM.seed, kind, calls, residentMiB: { before, busy, after } });
    expect(after / before).toBeLessThan(MOST_GROWTH);
  });
});

/** What a server holds once it has given back what busy times left. */
async function restingMiB(server: Product): Promise<number> {
  await delay(90_000);
  return residentMiB(server);
}

async function openLeakWorld(kind: (typeof KINDS)[number], node = PROBE) {
  const folder = mkdtempSync(join(tmpdir(), "soak-leaks-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const emulator = await spawnEmulator([]);
  onTestFinished(() => emulator.kill());
  const proxy = await faultProxy(emulator);
  const files = mkdtempSync(join(folder, "files-"));
  const probeFile = join(folder, "probe");
  const own = { args: ["--files", files], node };
  const env = { PROBE_FILE: probeFile, TMPDIR: files };
  const server: Product =
    kind === "stdio"
      ? await startStdio({ ...own, env: { ...env, APOLO_PASSED_CONFIG: proxy.passedConfig } })
      : await startHttp({ url: `${proxy.origin}/api/v1`, token: emulator.token }, { node, env });
  return {
    ...{ server, proxy },
    about: await runningJob(emulator),
    files: () => readdirSync(files),
    async footprint() {
      proxy.closeIdle();
      return footprintOf(server, probeFile);
    },
  };
}

async function runningJob(emulator: EmulatorProcess) {
  const body = { image: "ubuntu", project_name: "vision", command: `sh -c '${SCRIPT}'`, name: "ticking" };
  const { json } = await emulator.call("POST", "/jobs?from_preset", body);
  const { id } = started.parse(json);
  await vi.waitFor(async () => {
    const { json: job } = await emulator.call("GET", `/jobs/${id}`);
    expect(job).toMatchObject({ status: "running" });
  }, AT_REST);
  return { job: id, uri: `job://default/acme/vision/${id}`, project: "default/acme/vision" };
}

/** Once nothing changes any more, or there is no more than there was before. */
async function atRest(footprint: () => Promise<Footprint>, before?: Footprint): Promise<Footprint> {
  let last: Footprint | undefined;
  return vi.waitFor(async () => {
    const now = await footprint();
    const than = before ?? last ?? { ...now, open: {} };
    last = now;
    expect(grown(than, now)).toEqual({});
    return now;
  }, AT_REST);
}
