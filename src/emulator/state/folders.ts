import { chmodSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Where the emulator keeps things on the host. */
export interface Folders {
  root: string;
  logs: string;
  images: string;
  /** The folder of a job; made if it does not exist. */
  job(id: string): string;
  /** A folder (or file) of the platform's storage; made if it does not exist. Source: protocol reference 6.1. */
  storage(cluster: string, path: string): string;
  disk(id: string): string;
  removeJob(id: string): Promise<void>;
}

export function openFolders(root: string): Folders {
  const made = (...parts: string[]) => {
    const path = join(root, ...parts);
    if (!existsSync(path)) mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  };
  // A folder that was there may be open to others; what it holds is not for them.
  for (const name of ["logs", "images", "jobs", "storage", "disks"]) chmodSync(made(name), 0o700);
  return {
    root: made(),
    logs: made("logs"),
    images: made("images"),
    job: (id) => made("jobs", id),
    storage: (cluster, path) => made("storage", cluster, path),
    disk: (id) => made("disks", id),
    removeJob: (id) => removeTree(join(root, "jobs", id)),
  };
}

/** A process that is just ending may still write: the removal is tried a few times. */
export async function removeTree(path: string): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    try {
      rmSync(path, { recursive: true, force: true });
      return;
    } catch {
      await delay(50 * (attempt + 1));
    }
  }
}
