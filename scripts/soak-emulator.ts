/**
 * Long runs of the emulator, with figures: `npx tsx scripts/soak-emulator.ts jobs|crash|table [count]`.
 *
 * jobs   many short jobs; then counts what is left over: processes, descriptors, files, memory
 * crash  start, work, SIGKILL at a random moment, start again; counts what was lost
 * table  a data folder with many finished jobs; times start, list and status
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { openRandom } from "../src/emulator/scenes/random.ts";
import { Store } from "../src/emulator/state/store.ts";
import type { EmulatorProcess } from "../test/emulator/support/bin.ts";
import { spawnEmulator } from "../test/emulator/support/bin.ts";
import { crashRound } from "../test/emulator/support/crash.ts";
import { record } from "../test/emulator/support/records.ts";

const AT_ONCE = 24;

/** A place of its own: what other emulators leave elsewhere does not count here. */
const home = mkdtempSync(join(tmpdir(), "soak-"));
process.env.TMPDIR = home;
const started = new Set<string>();

async function jobs(count: number): Promise<void> {
  const emulator = await spawnEmulator([]);
  await batch(emulator, AT_ONCE);
  const before = footprint(emulator);
  const from = performance.now();
  for (let done = 0; done < count; done += AT_ONCE) await batch(emulator, Math.min(AT_ONCE, count - done));
  const seconds = (performance.now() - from) / 1000;
  await delay(3000);
  const after = footprint(emulator);
  report({ count, seconds: round(seconds), perSecond: round(count / seconds), before, after });
  emulator.child.kill("SIGTERM");
  await delay(1500);
  report({ strays: strays(), folders: readdirSync(home) });
}

async function batch(emulator: EmulatorProcess, count: number): Promise<void> {
  const commands = ["true", "sh -c 'echo hello; exit 1'", "sh -c 'sleep 0.05 & wait'"];
  const answers = await Promise.all(
    Array.from({ length: count }, (_, index) => {
      const body = { image: "ubuntu", project_name: "vision", command: commands[index % 3], tags: ["soak"] };
      return emulator.call("POST", "/jobs?from_preset", body);
    }),
  );
  for (const { status, json } of answers) {
    if (status !== 202) throw new Error(`refused: ${JSON.stringify(json)}`);
    if (typeof json === "object" && json !== null && "id" in json) started.add(String(json.id));
  }
  for (;;) {
    const { json } = await emulator.call("GET", "/jobs?tag=soak&status=pending&status=running");
    if (
      typeof json === "object" &&
      json !== null &&
      "jobs" in json &&
      Array.isArray(json.jobs) &&
      json.jobs.length === 0
    )
      return;
    await delay(20);
  }
}

function footprint({ child }: EmulatorProcess): object {
  const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  const root = readdirSync(home).find((name) => name.startsWith("apolo-emulator-")) ?? "";
  return {
    descriptors: readdirSync(`/proc/${child.pid}/fd`).length,
    residentMb: round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024),
    jobFolders: readdirSync(join(home, root, "jobs")).length,
    children: execFileSync("ps", ["-o", "pid=", "--ppid", String(child.pid)])
      .toString()
      .trim()
      .split("\n").length,
  };
}

/** Processes that still carry the mark of one of our jobs. */
function strays(): number {
  const marked = (pid: string) => /\0NEURO_JOB_ID=([^\0]*)/.exec(environment(pid))?.[1] ?? "";
  return readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && started.has(marked(pid))).length;
}

function environment(pid: string): string {
  try {
    return `\u0000${readFileSync(`/proc/${pid}/environ`, "utf8")}`;
  } catch {
    return "";
  }
}

async function crash(count: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "soak-crash-"));
  const random = openRandom(Date.now());
  let acknowledged = 0;
  const losses: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const outcome = await crashRound(folder, { round: index, killAfterMs: random.between(20, 1500) });
    acknowledged += outcome.acknowledged;
    losses.push(...outcome.losses);
  }
  report({ kills: count, acknowledged, lost: losses.length, losses: losses.slice(0, 10) });
  rmSync(folder, { recursive: true });
}

async function table(count: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "soak-table-"));
  const store = new Store(folder);
  for (let index = 0; index < count; index += 1) store.table.add(record(index));
  store.close();
  const from = performance.now();
  const emulator = await spawnEmulator(["--data", folder]);
  const startMs = round(performance.now() - from);
  const times = {
    status: await median(emulator, `/jobs/${record(count - 1).id}`),
    newestTwenty: await median(emulator, "/jobs?reverse=1&limit=20"),
    active: await median(emulator, "/jobs?status=running&status=pending&cluster_name=default"),
    failedTwenty: await median(emulator, "/jobs?status=failed&reverse=1&limit=20"),
    byTag: await median(emulator, "/jobs?tag=tag-7&limit=20"),
  };
  report({ count, startMs, residentMb: footprintOf(emulator), medianMs: times });
  await emulator.kill();
  rmSync(folder, { recursive: true });
}

function footprintOf({ child }: EmulatorProcess): number {
  const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  return round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
}

async function median(emulator: EmulatorProcess, path: string): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < 41; index += 1) {
    const from = performance.now();
    await emulator.call("GET", path);
    times.push(performance.now() - from);
  }
  return round(times.sort((a, b) => a - b)[20] ?? 0);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function report(figures: object): void {
  console.log(JSON.stringify(figures, undefined, 1));
}

const RUNS: Record<string, { run(count: number): Promise<void>; count: number }> = {
  jobs: { run: jobs, count: 1000 },
  crash: { run: crash, count: 25 },
  table: { run: table, count: 100_000 },
};

const [name = "", count] = process.argv.slice(2);
const chosen = RUNS[name];
if (chosen === undefined) throw new Error(`Say one of ${Object.keys(RUNS).join(", ")}.`);
await chosen.run(count === undefined ? chosen.count : Number(count));
rmSync(home, { recursive: true, force: true });
