import { stat } from "node:fs/promises";
import { join } from "node:path";
import { PlatformError } from "../errors.ts";

type Environment = Record<string, string | undefined>;

/** Folder of the command line's login; the first of the candidates that holds a `db`. */
export interface ConfigDirectory {
  path: string;
  hasLogin: boolean;
}

/** Finds where the command line keeps its login. Source: protocol reference 1.1. */
export async function configDirectory(env: Environment, home: string): Promise<ConfigDirectory> {
  const candidates = [env.APOLO_CONFIG || "~/.apolo", env.NEUROMATION_CONFIG || "~/.neuro"].map((path) =>
    path.replace(/^~(?=$|\/)/, home),
  );
  for (const path of candidates) if (await exists(join(path, "db"))) return { path, hasLogin: true };
  return { path: candidates[0] ?? home, hasLogin: false };
}

/**
 * Refuses a login that others may read, as the official client does. @throws {PlatformError}
 * `invalid_argument` with the command that mends it. Source: protocol reference 1.1.
 */
export async function checkPermissions(folder: string): Promise<string> {
  const file = join(folder, "db");
  const [folderInfo, fileInfo] = await Promise.all([stat(folder), stat(file)]);
  if (!fileInfo.isFile()) throw unusable(`${file} is not a regular file; log in again with \`apolo login\``);
  if (process.platform === "win32") return file;
  if ((folderInfo.mode & 0o777) !== 0o700)
    throw unusable(`${folder} is open to others; run: chmod 700 ${folder}`);
  if ((fileInfo.mode & 0o777) !== 0o600) throw unusable(`${file} is open to others; run: chmod 600 ${file}`);
  return file;
}

/** A login that is there but cannot be used. */
export function unusable(why: string, cause?: unknown): PlatformError {
  return new PlatformError(
    "invalid_argument",
    `The login of the apolo command line cannot be used: ${why}.`,
    {
      cause,
    },
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
