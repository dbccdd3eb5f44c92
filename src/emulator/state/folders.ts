import { chmodSync, existsSync, mkdirSync } from "node:fs";
import { cp, lstat, rename, rm } from "node:fs/promises";
import { join } from "node:path";

/** Where the emulator keeps things on the host. What is asked for is made if it does not exist. */
export class Folders {
  readonly logs: string;
  readonly images: string;
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
    // A folder that was there may be open to others; what it holds is not for them.
    for (const name of ["logs", "images", "jobs", "storage", "disks"]) chmodSync(this.#made(name), 0o700);
    this.logs = this.#made("logs");
    this.images = this.#made("images");
  }

  job(id: string): string {
    return this.#made("jobs", id);
  }

  /** A folder (or file) of the platform's storage. Source: protocol reference 6.1. */
  storage(cluster: string, path: string): string {
    return this.#made("storage", cluster, path);
  }

  disk(id: string): string {
    return this.#made("disks", id);
  }

  async removeJob(id: string): Promise<void> {
    await removeTree(join(this.#root, "jobs", id));
  }

  #made(...parts: string[]): string {
    const path = join(this.#root, ...parts);
    if (!existsSync(path)) mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  }
}

/** A process that is just ending may still write: the removal is tried a few times. */
export async function removeTree(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 4, retryDelay: 50 }).catch(() => undefined);
}

export type SavedImages = ReturnType<typeof savedImages>;

/** Images that `save` made, each a snapshot of a job's folder. Source: protocol reference 4.9. */
export function savedImages(root: string) {
  const folderOf = (image: string) => join(root, encodeURIComponent(image));
  // One at a time: two saves of one image would write into one folder.
  let last: Promise<unknown> = Promise.resolve();
  const copy = async (image: string, folder: string) => {
    const target = folderOf(image);
    const fresh = `${target}.new`;
    await rm(fresh, { recursive: true, force: true });
    await cp(folder, fresh, { recursive: true, filter: isPlain, verbatimSymlinks: true });
    await rm(target, { recursive: true, force: true });
    await rename(fresh, target);
  };
  return {
    /** Copies the folder; resolves when the image can be started from. */
    save(image: string, folder: string): Promise<void> {
      const saved = last.then(() => copy(image, folder));
      last = saved.catch(() => undefined);
      return saved;
    },
    find(image: string): string | undefined {
      const folder = folderOf(image);
      return existsSync(folder) ? folder : undefined;
    },
  };
}

/** Sockets and pipes of a running job cannot be copied and are not part of an image. */
async function isPlain(path: string): Promise<boolean> {
  const stat = await lstat(path).catch(() => undefined);
  return stat !== undefined && (stat.isFile() || stat.isDirectory() || stat.isSymbolicLink());
}
