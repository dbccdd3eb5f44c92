import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAbandoned, lockFolder } from "./state/folder-lock.ts";
import type { Folders } from "./state/folders.ts";
import { openFolders, removeTree } from "./state/folders.ts";

/** The emulator's folder: a given one that lasts, or a temporary one. */
export interface Home {
  folders: Folders;
  /** Where the state is written; undefined if it is to be forgotten. */
  stateFolder: string | undefined;
  /** What tokens are signed with; the same as long as the folder is. */
  signingKey: string;
  close(): Promise<void>;
}

/** Opens (and locks) a data folder, or makes a temporary one. @throws {Error} if another emulator uses it. */
export function openHome(dataDir: string | undefined): Home {
  if (dataDir === undefined) return temporaryHome();
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const unlock = lockFolder(dataDir);
  return {
    folders: openFolders(dataDir),
    stateFolder: dataDir,
    signingKey: keptKey(join(dataDir, "signing-key")),
    close: async () => unlock(),
  };
}

const PREFIX = "apolo-emulator-";

function temporaryHome(): Home {
  sweep();
  const root = mkdtempSync(join(tmpdir(), PREFIX));
  lockFolder(root);
  return {
    folders: openFolders(root),
    stateFolder: undefined,
    signingKey: newKey(),
    close: async () => removeTree(root),
  };
}

/** Removes what emulators that were killed could not remove themselves. */
function sweep(): void {
  const folders = readdirSync(tmpdir()).filter((name) => name.startsWith(PREFIX));
  for (const folder of folders.map((name) => join(tmpdir(), name)))
    if (isAbandoned(folder)) void removeTree(folder);
}

function keptKey(path: string): string {
  if (existsSync(path)) return readFileSync(path, "utf8");
  const key = newKey();
  writeFileSync(path, key, { mode: 0o600 });
  return key;
}

function newKey(): string {
  return randomBytes(32).toString("base64url");
}
