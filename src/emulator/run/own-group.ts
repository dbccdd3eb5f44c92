import { accessSync, constants, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { readIfThere } from "./process-table.ts";

export interface OwnGroup {
  folder: string;
  /** Leaves it as it was found, once no group is below it. */
  leave(): void;
}

/**
 * The control group below which the system lets this process limit the memory of its jobs; undefined if it does
 * not. It is the group that the process is in: a limit set below it only takes away, and what contains the process
 * goes on counting. In the unified layout (v2) groups with processes have no groups that limit: there the process
 * steps aside, into a group of its own below, if it is alone. `proc` is what the system tells of it.
 */
export function ownMemoryGroup(proc = "/proc/self"): OwnGroup | undefined {
  return legacyGroup(proc) ?? unifiedGroup(proc);
}

/** Below a group that does not count what its children use, limits would set processes free instead. */
function legacyGroup(proc: string): OwnGroup | undefined {
  const folder = folderOf(proc, "cgroup", "memory");
  if (folder === undefined || readIfThere(join(folder, "memory.use_hierarchy")).trim() !== "1")
    return undefined;
  return isWritable(folder) ? { folder, leave: () => undefined } : undefined;
}

function unifiedGroup(proc: string): OwnGroup | undefined {
  const folder = folderOf(proc, "cgroup2", "");
  if (folder === undefined || !isWritable(folder) || !isWritable(join(folder, "cgroup.subtree_control")))
    return undefined;
  if (!readIfThere(join(folder, "cgroup.controllers")).split(/\s/).includes("memory")) return undefined;
  return stepAside(folder);
}

function stepAside(folder: string): OwnGroup | undefined {
  const self = String(process.pid);
  if (readIfThere(join(folder, "cgroup.procs")).trim() !== self) return undefined;
  const aside = join(folder, `apolo-emulator-${self}`);
  const leave = () => stepBack(folder, aside);
  try {
    mkdirSync(aside);
    writeFileSync(join(aside, "cgroup.procs"), self);
    writeFileSync(join(folder, "cgroup.subtree_control"), "+memory");
    return { folder, leave };
  } catch {
    leave();
    return undefined;
  }
}

function stepBack(folder: string, aside: string): void {
  try {
    writeFileSync(join(folder, "cgroup.subtree_control"), "-memory");
    writeFileSync(join(folder, "cgroup.procs"), String(process.pid));
    rmdirSync(aside);
  } catch {
    // It was never made, or stays empty: nothing depends on it.
  }
}

/** Where the group of the process is mounted. Formats as in cgroups(7) and proc_pid_mountinfo(5). */
function folderOf(proc: string, type: "cgroup" | "cgroup2", controller: string): string | undefined {
  const path = readIfThere(join(proc, "cgroup"))
    .split("\n")
    .map((line) => /^\d+:([^:]*):(.*)$/.exec(line))
    .find((found) => found?.[1]?.split(",").includes(controller))?.[2];
  if (path === undefined) return undefined;
  for (const line of readIfThere(join(proc, "mountinfo")).split("\n")) {
    const [mount = "", rest = ""] = line.split(" - ");
    const [, , , root = "", point = ""] = mount.split(" ");
    const [fileSystem, , options = ""] = rest.split(" ");
    if (fileSystem !== type || (controller !== "" && !options.split(",").includes(controller))) continue;
    const below = relative(root, path);
    if (!below.startsWith("..")) return join(point, below);
  }
  return undefined;
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    accessSync(dirname(path), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
