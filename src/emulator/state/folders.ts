import { chmodSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { cp, lstat, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

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
  for (let attempt = 0; attempt < 5; attempt += 1) {
    try {
      rmSync(path, { recursive: true, force: true });
      return;
    } catch {
      await delay(50 * (attempt + 1));
    }
  }
}

/** Images that `save` made, each a snapshot of a job's folder. Source: protocol reference 4.9. */
export class SavedImages {
  readonly #root: string;
  /** One at a time: two saves of one image would write into one folder. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(root: string) {
    this.#root = root;
  }

  /** Copies the folder; resolves when the image can be started from. */
  save(image: string, folder: string): Promise<void> {
    const saved = this.#last.then(() => this.#copy(image, folder));
    this.#last = saved.catch(() => undefined);
    return saved;
  }

  find(image: string): string | undefined {
    const folder = this.#folderOf(image);
    return existsSync(folder) ? folder : undefined;
  }

  async #copy(image: string, folder: string): Promise<void> {
    const target = this.#folderOf(image);
    const fresh = `${target}.new`;
    await rm(fresh, { recursive: true, force: true });
    await cp(folder, fresh, { recursive: true, filter: isPlain, verbatimSymlinks: true });
    await rm(target, { recursive: true, force: true });
    await rename(fresh, target);
  }

  #folderOf(image: string): string {
    return join(this.#root, encodeURIComponent(image));
  }
}

/** Sockets and pipes of a running job cannot be copied and are not part of an image. */
async function isPlain(path: string): Promise<boolean> {
  const stat = await lstat(path).catch(() => undefined);
  return stat !== undefined && (stat.isFile() || stat.isDirectory() || stat.isSymbolicLink());
}
