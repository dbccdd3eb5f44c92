import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Takes a data folder for this process; the returned function gives it back. A lock whose process is gone does
 * not count. @throws {Error} if another emulator uses the folder.
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, "lock");
  const holder = holderOf(path);
  if (holder !== undefined)
    throw new Error(`The data folder ${folder} is used by the emulator with pid ${holder}.`);
  writeFileSync(path, `${process.pid} ${startOf(process.pid)}`);
  return () => rmSync(path, { force: true });
}

/** Whether a folder was taken by a process that is gone. */
export function isAbandoned(folder: string): boolean {
  const path = join(folder, "lock");
  return existsSync(path) && holderOf(path) === undefined;
}

function holderOf(path: string): number | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
  const [pid = "", start = ""] = text.split(" ");
  return alive(Number(pid)) && startOf(Number(pid)) === start ? Number(pid) : undefined;
}

function alive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** When a process was started, where the system says so: a number used again is then not mistaken for the same process. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}
