import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { readIfThere, sendSignal, statFields } from "./run/process-table.ts";
import { Folders, removeTree } from "./state/folders.ts";

/** The emulator's folder: a given one that lasts, or a temporary one. */
export interface Home {
  folders: Folders;
  /** Where the state is written; undefined if it is to be forgotten. */
  stateFolder: string | undefined;
  /** Signs tokens; lives as long as the folder. */
  signingKey: string;
  close(): Promise<void>;
}

/** Opens (and locks) a data folder, or makes a temporary one. @throws {Error} if it cannot be written, another emulator uses it, or its key is too short. */
export function openHome(dataDir: string | undefined): Home {
  if (dataDir === undefined) return temporaryHome();
  // Jobs are started elsewhere, with paths below this one.
  const folder = resolve(dataDir);
  try {
    return lastingHome(folder);
  } catch (error) {
    throw error instanceof Error && "syscall" in error ? unusable(folder, error) : error;
  }
}

function lastingHome(folder: string): Home {
  makeFolder(folder);
  const unlock = lockFolder(folder);
  try {
    const signingKey = keptKey(join(folder, "signing-key"));
    return { folders: new Folders(folder), stateFolder: folder, signingKey, close: async () => unlock() };
  } catch (error) {
    unlock();
    throw error;
  }
}

function unusable(folder: string, cause: Error): Error {
  const why = /^\w+: (.+?),/.exec(cause.message)?.[1] ?? cause.message;
  return new Error(
    `The data folder ${folder} cannot be used (${why}): name a folder that can be made and written to.`,
    { cause },
  );
}

/** With those above it. Node's own way never returns where a system has no room for a folder, as in /proc. */
function makeFolder(path: string): void {
  if (fs.existsSync(path)) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  fs.mkdirSync(path, { mode: 0o700 });
}

const PREFIX = "apolo-emulator-";
/** A start has written its lock by then. */
const STARTING_MS = 60_000;

function temporaryHome(): Home {
  const others = fs.readdirSync(tmpdir()).filter((name) => name.startsWith(PREFIX));
  for (const folder of others.map((name) => join(tmpdir(), name)))
    if (isLeft(folder)) void removeHome(folder);
  const root = fs.mkdtempSync(join(tmpdir(), PREFIX));
  try {
    lockFolder(root);
    return {
      folders: new Folders(root),
      stateFolder: undefined,
      signingKey: newKey(),
      close: () => removeHome(root),
    };
  } catch (error) {
    fs.rmSync(root, { recursive: true, force: true });
    throw error;
  }
}

/** Whether an emulator of this user that has ended left it. A link, or another user's, may lead anywhere. */
function isLeft(folder: string): boolean {
  const found = fs.lstatSync(folder, { throwIfNoEntry: false });
  if (found?.isDirectory() !== true || found.uid !== process.getuid?.()) return false;
  const lock = readIfThere(join(folder, "lock"));
  // Nothing in it: one that is just starting, or whose start or end was cut short.
  return lock === "" ? Date.now() - found.mtimeMs > STARTING_MS : holderIn(lock) === undefined;
}

/** The lock goes last: by it the next emulator knows what is left of a removal that was cut short. */
async function removeHome(root: string): Promise<void> {
  const names = await readdir(root).catch(() => []);
  const others = names.filter((name) => name !== "lock");
  await Promise.all(others.map((name) => removeTree(join(root, name))));
  await removeTree(root);
}

function keptKey(path: string): string {
  if (!fs.existsSync(path)) return freshKey(path);
  fs.chmodSync(path, 0o600);
  const key = fs.readFileSync(path, "utf8").trim();
  if (key === "") return freshKey(path);
  if (key.length < KEY_LENGTH)
    throw new Error(
      `${path} holds ${key.length} characters, and anybody can guess a key under ${KEY_LENGTH}: remove the file ` +
        "for a new one, which ends the logins made with the old.",
    );
  return key;
}

/** It counts from the moment it is renamed: what is written to a full disk is empty. */
function freshKey(path: string): string {
  const [key, fresh] = [newKey(), `${path}.new`];
  fs.writeFileSync(fresh, key, { mode: 0o600 });
  fs.renameSync(fresh, path);
  return key;
}

const KEY_LENGTH = 32;

const newKey = () => randomBytes(32).toString("base64url");

/** Takes a data folder until the returned function is called. @throws {Error} if a living emulator has it. */
export function lockFolder(folder: string): () => void {
  const path = join(folder, "lock");
  const holder = holderIn(readIfThere(path));
  if (holder !== undefined)
    throw new Error(`The data folder ${folder} is used by the emulator with pid ${holder}.`);
  fs.writeFileSync(path, `${process.pid} ${startOf(process.pid)}`);
  return () => fs.rmSync(path, { force: true });
}

/** The process that holds a lock and lives; a reused pid is not taken for it where /proc tells when it started. */
function holderIn(lock: string): number | undefined {
  const [pid = 0, start = ""] = lock.split(" ");
  const lives = start === "" ? Number(pid) > 0 && sendSignal(Number(pid), 0) : startOf(Number(pid)) === start;
  return lives ? Number(pid) : undefined;
}

function startOf(pid: number): string {
  return statFields(pid)[19] ?? "";
}
