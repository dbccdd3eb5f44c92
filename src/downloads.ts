import { constants, existsSync } from "node:fs";
import { open, realpath, unlink } from "node:fs/promises";
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

/** Opens the folder of `--files`. @throws where it is none, or cannot be written to */
export async function openDownloads(given: string): Promise<DownloadFolder & { close(): Promise<void> }> {
  const path = await realpath(given).catch((cause) => {
    throw new Error(`--files: ${given} is no folder that can be opened; make it first`, { cause });
  });
  const folder = await open(path, FOLDER).catch((cause) => {
    throw new Error(`--files: ${path} is no folder that can be opened`, { cause });
  });
  return {
    path,
    close: () => folder.close(),
    async create(name) {
      requirePlain(name);
      return createIn({ path, fd: folder.fd }, name);
    },
  };
}

async function createIn({ path, fd }: { path: string; fd: number }, name: string): Promise<NewFile> {
  // By way of the open folder, wherever its path leads by now.
  const held = `/proc/self/fd/${fd}`;
  const isHeld = existsSync(held);
  if (!isHeld && (await realpath(path)) !== path) throw taken(`The folder ${path} was replaced by a link.`);
  const place = join(isHeld ? held : path, name);
  const file = await open(place, NEW, OWNER_ONLY).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== "EEXIST") throw cause;
    throw taken(`${join(path, name)} exists already and is never replaced: choose another name.`);
  });
  return {
    path: join(path, name),
    write: (data) => file.writeFile(data),
    keep: () => file.close(),
    async discard() {
      await file.close();
      await unlink(place);
    },
  };
}

function requirePlain(name: string): void {
  if (PLAIN_NAME.test(name) && visible(name) === name && !name.includes("\n") && name.trim() === name) return;
  throw taken("save_to is the name of a new file, without a folder: letters, digits, dots, blanks.");
}

function taken(message: string): InvalidInputError {
  return new InvalidInputError(`${message} Nothing was saved.`, { argument: "save_to" });
}
