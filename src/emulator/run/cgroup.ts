import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Command } from "./child.ts";
import { readIfThere } from "./process-table.ts";

const NAME = /^apolo-(?:emulator-)?(\d+)(?:-|$)/;
const REMOVE_LOOKS = 500;
const REMOVE_PAUSE_MS = 10;

/** Joins the group, then becomes the program: whatever that starts is in the group from its first moment. */
const JOIN = '{ echo 0 > "$1/cgroup.procs"; } 2>/dev/null; shift; exec "$@"';

export type MemoryGroup = NonNullable<ReturnType<typeof makeGroup>>;
export type MemoryGroups = ReturnType<typeof openMemoryGroups>;

/** Files of a group: its limit, what kernels may lack, and the one that counts processes killed for memory. */
const UNIFIED = {
  limit: "memory.max",
  // When one process is killed for memory, the others go with it.
  more: () => ({ "memory.swap.max": 0, "memory.oom.group": 1 }),
  events: "memory.events",
};
const LEGACY = {
  limit: "memory.limit_in_bytes",
  more: (bytes: number) => ({ "memory.memsw.limit_in_bytes": bytes }),
  events: "memory.oom_control",
};
type Layout = typeof UNIFIED | typeof LEGACY;

/** Groups with memory limits below one of the system's (v2, or v1's memory). @throws {Error} if that may not be used. */
export function openMemoryGroups(parent: string, close = () => {}) {
  const layout = layoutOf(parent);
  removeLeftovers(parent);
  const prefix = join(parent, `apolo-${process.pid}-`);
  let count = 0;
  return {
    /** What the paths of all these groups begin with. */
    prefix,
    /** Call when all groups are removed. */
    close,
    /** Undefined if the system refuses one: the job is then only watched. */
    make(jobId: string, limitBytes: number): MemoryGroup | undefined {
      count += 1;
      return makeGroup(`${prefix}${count}-${jobId.slice(-12)}`, layout, limitBytes);
    },
  };
}

function layoutOf(parent: string): Layout {
  try {
    if (existsSync(join(parent, "memory.limit_in_bytes"))) return LEGACY;
    if (!readFileSync(join(parent, "cgroup.controllers"), "latin1").split(/\s/).includes("memory"))
      throw new Error("it does not control memory");
    // Refused while processes are in the group itself.
    writeFileSync(join(parent, "cgroup.subtree_control"), "+memory");
    return UNIFIED;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`Jobs cannot be limited in the control group ${parent}: ${why}.`, { cause: error });
  }
}

function makeGroup(folder: string, layout: Layout, limitBytes: number) {
  try {
    mkdirSync(folder);
    writeFileSync(join(folder, layout.limit), String(limitBytes));
    for (const [file, value] of Object.entries(layout.more(limitBytes)))
      if (existsSync(join(folder, file))) writeFileSync(join(folder, file), String(value));
  } catch {
    tryRemove(folder);
    return undefined;
  }
  return {
    enter: ({ file, args, ...place }: Command): Command => ({
      ...place,
      file: "/bin/sh",
      args: ["-c", JOIN, "sh", folder, file, ...args],
    }),
    isExhausted: () => {
      const events = readIfThere(join(folder, layout.events));
      return Number(/^oom_kill (\d+)$/m.exec(events)?.[1] ?? 0) > 0;
    },
    /** Call when no process is left in it. */
    remove: async (): Promise<void> => {
      // The system lets go of a process a moment after it is gone for us.
      for (let look = 0; look < REMOVE_LOOKS && !tryRemove(folder); look += 1) await delay(REMOVE_PAUSE_MS);
    },
  };
}

/** An emulator that was killed leaves its groups; its jobs are ended by the guardian. */
function removeLeftovers(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = Number(NAME.exec(name)?.[1] ?? 0);
    if (pid > 0 && !existsSync(`/proc/${pid}`)) tryRemove(join(parent, name));
  }
}

function tryRemove(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return !existsSync(folder);
  }
}
