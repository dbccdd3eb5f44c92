import { randomUUID } from "node:crypto";
import { constants, existsSync } from "node:fs";
import { type FileHandle, link, lstat, open, readdir, realpath, rename, unlink } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { visible } from "./foreign.ts";
import { InvalidInputError } from "./jobs/invalid-input.ts";
import type { DownloadFolder, NewFile } from "./operations/files/folder.ts";

/** Whatever is there under the name is left alone, a link too. */
const NEW = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW;
const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const OWNER_ONLY = 0o600;
/** No folder in front, and nothing that a shell or a listing hides or takes for an option. */
const PLAIN_NAME = /^(?![.-])[^/\\]{1,200}$/;
/** What has come of a file so far, by the machine and the process that save it. */
const PART = /^\.apolo-part-(?<host>.+)-(?<pid>\d+)-[\da-f]{8}-[\da-f-]{27}$/;
/** A part of another machine that nothing was added to for so long was left behind. */
const STALE_MS = 24 * 3600 * 1000;

/** Opens the folder of `--files`. @throws where it is none, or cannot be written to */
export async function openDownloads(given: string): Promise<DownloadFolder & { close(): Promise<void> }> {
  const path = await realpath(given).catch((cause) => {
    throw new Error(`--files: ${given} is no folder that can be opened; make it first`, { cause });
  });
  const folder = await open(path, FOLDER).catch((cause) => {
    throw new Error(`--files: ${path} is no folder that can be opened`, { cause });
  });
  return new Downloads(path, folder);
}

class Downloads implements DownloadFolder {
  readonly path: string;
  readonly #folder: FileHandle;
  /** The parts of those under way, by the name of the file. */
  readonly #parts = new Map<string, string>();

  constructor(path: string, folder: FileHandle) {
    this.path = path;
    this.#folder = folder;
  }

  close(): Promise<void> {
    return this.#folder.close();
  }

  async create(name: string): Promise<NewFile> {
    requirePlain(name);
    const path = join(this.path, name);
    if (this.#parts.has(name)) throw taken(`Another call is saving ${path}: choose another name.`);
    const part = `.apolo-part-${hostname()}-${process.pid}-${randomUUID()}`;
    this.#parts.set(name, part);
    try {
      const held = await this.#held();
      await removeLeftParts(held, new Set(this.#parts.values()));
      if (await isThere(join(held, name))) throw exists(path);
      const file = await open(join(held, part), NEW, OWNER_ONLY).catch((cause) => {
        throw unwritable(path, cause);
      });
      return this.#newFile(file, { name, part: join(held, part), place: join(held, name) });
    } catch (error) {
      this.#parts.delete(name);
      throw error;
    }
  }

  /** By way of the open folder, wherever its path leads by now. */
  async #held(): Promise<string> {
    const held = `/proc/self/fd/${this.#folder.fd}`;
    if (existsSync(held)) return held;
    if ((await realpath(this.path)) !== this.path)
      throw taken(`The folder ${this.path} was replaced by a link.`);
    return this.path;
  }

  #newFile(file: FileHandle, { name, part, place }: { name: string; part: string; place: string }): NewFile {
    const path = join(this.path, name);
    return {
      path,
      write: (data) =>
        file.writeFile(data).catch((cause) => {
          throw unwritable(path, cause);
        }),
      keep: async () => {
        try {
          // Some disks tell only then that they are full.
          await file.sync();
          await file.close();
          await putInPlace(part, place);
        } catch (error) {
          const cause = error as NodeJS.ErrnoException; // what Node throws
          throw cause.code === "EEXIST" ? exists(path) : unwritable(path, cause);
        }
        this.#parts.delete(name);
      },
      discard: async () => {
        this.#parts.delete(name);
        await file.close();
        await unlink(part);
      },
    };
  }
}

/** Replaces nothing, and is there whole or not at all. */
async function putInPlace(part: string, place: string): Promise<void> {
  try {
    await link(part, place);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw error; // what Node throws
    // The disk knows no such links.
    await (await open(place, NEW, OWNER_ONLY)).close();
    return rename(part, place);
  }
  await unlink(part);
}

/** Those of processes that were killed. */
async function removeLeftParts(folder: string, ours: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(folder)) {
    const { host, pid } = PART.exec(name)?.groups ?? {};
    if (host === undefined || ours.has(name)) continue;
    const place = join(folder, name);
    const isLeft = host === hostname() ? !isAlive(Number(pid)) : await isStale(place);
    if (isLeft) await unlink(place).catch(() => undefined);
  }
}

/** This process knows its own parts: another one of its number has ended. */
function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // what Node throws
  }
}

async function isStale(place: string): Promise<boolean> {
  const found = await lstat(place).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > STALE_MS;
}

async function isThere(place: string): Promise<boolean> {
  return (await lstat(place).catch(() => undefined)) !== undefined;
}

function requirePlain(name: string): void {
  if (PLAIN_NAME.test(name) && visible(name) === name && !name.includes("\n") && name.trim() === name) return;
  throw taken("save_to is the name of a new file, without a folder: letters, digits, dots, blanks.");
}

function exists(path: string): InvalidInputError {
  return taken(`${path} exists already and is never replaced: choose another name.`);
}

/** Node's own words name a hidden part of the file. */
function unwritable(path: string, { code, message }: NodeJS.ErrnoException): InvalidInputError {
  const why = code === "ENOSPC" || code === "EDQUOT" ? `its disk is full (${code})` : (code ?? message);
  return taken(`${path} cannot be written on the server's machine: ${why}.`);
}

function taken(message: string): InvalidInputError {
  return new InvalidInputError(`${message} Nothing was saved.`, { argument: "save_to" });
}
