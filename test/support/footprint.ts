import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { vi } from "vitest";
import { z } from "zod";

/** Node's options that let a server tell its footprint. */
export const PROBE = ["--expose-gc", "--require", "./test/support/probe.cjs"];

const told = z.object({ held: z.record(z.string(), z.number()), heapBytes: z.number() });

/** What a process holds, after garbage collection. */
export interface Footprint {
  /** Descriptors, child processes, timers, sockets and whatever else is open, by kind. */
  open: Record<string, number>;
  heapMiB: number;
}

/** Asks a server that was started with `PROBE` and `PROBE_FILE`. */
export async function footprintOf({ pid }: { pid: number }, probeFile: string): Promise<Footprint> {
  rmSync(probeFile, { force: true });
  process.kill(pid, "SIGUSR2");
  await vi.waitFor(() => existsSync(probeFile) || Promise.reject(new Error("no answer of the probe")), {
    ...{ timeout: 60_000, interval: 5 },
  });
  const { held, heapBytes } = told.parse(JSON.parse(readFileSync(probeFile, "utf8")));
  const descriptors = readdirSync(`/proc/${pid}/fd`).length;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").length - 1;
  return {
    open: { descriptors, children, ...held },
    heapMiB: mebibytes(heapBytes),
  };
}

/** What a process has in memory now, garbage included. */
export function residentMiB({ pid }: { pid: number }): number {
  const [, resident] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return mebibytes(Number(resident) * 1024);
}

/** What there is more of than before. */
export function grown(before: Footprint, after: Footprint): Record<string, string> {
  const more = Object.entries(after.open).filter(([kind, count]) => count > (before.open[kind] ?? 0));
  return Object.fromEntries(more.map(([kind, count]) => [kind, `${before.open[kind] ?? 0} → ${count}`]));
}

function mebibytes(bytes: number): number {
  return Math.round((bytes / 1024 ** 2) * 10) / 10;
}
