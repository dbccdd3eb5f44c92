import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import { parseJson } from "../../json.ts";
import { invalidArgument, type PlatformError } from "../errors.ts";
import { variable } from "./given.ts";
import type { Login } from "./login.ts";
import { loadSqlite, type Sqlite } from "./sqlite.ts";

/** The row that the official client writes. Source: protocol reference 1.2. */
const row = z.object({
  auth_config: z.string(),
  token: z.string().min(1),
  expiration_time: z.number(),
  refresh_token: z.string().nullable(),
  url: z.url(),
  cluster_name: z.string().nullable(),
  org_name: z.string().nullable(),
  project_name: z.string().nullable(),
});

const authConfig = z.object({ token_url: z.string(), client_id: z.string() });

const COLUMNS = Object.keys(row.shape).join(", ");
const NEWEST = `SELECT ${COLUMNS} FROM main ORDER BY timestamp DESC LIMIT 1`;

/** Folder of the command line's login; the first of the candidates that holds a `db`. */
interface ConfigDirectory {
  path: string;
  hasLogin: boolean;
}

/** Finds where the command line keeps its login. Source: protocol reference 1.1. */
export function configDirectory(
  env: Record<string, string | undefined>,
  cwd: string,
  home: string,
): ConfigDirectory {
  const named = [
    variable(env, "APOLO_CONFIG") ?? "~/.apolo",
    variable(env, "NEUROMATION_CONFIG") ?? "~/.neuro",
  ];
  const candidates = named.map((path) => resolve(cwd, path.replace(/^~(?=$|\/)/, home)));
  for (const path of candidates) if (existsSync(join(path, "db"))) return { path, hasLogin: true };
  return { path: candidates[0] ?? home, hasLogin: false };
}

/**
 * The login that `apolo login` saved in this folder; never written to. @throws {PlatformError}
 * `invalid_argument` when it is open to others or cannot be read.
 */
export async function loginFromDatabase(
  folder: string,
  load: () => Promise<Sqlite> = loadSqlite,
): Promise<Login> {
  const file = await checkPermissions(folder);
  const sqlite = await load().catch((cause: unknown) => {
    throw unusable(
      `this Node (${process.version}) has neither SQLite nor WebAssembly; use Node 22.13 or newer, or set ` +
        "APOLO_PASSED_CONFIG, or set APOLO_URL and APOLO_TOKEN",
      cause,
    );
  });
  const found = row.safeParse(await newestRow(sqlite, file));
  const auth = found.success ? authConfig.safeParse(parseJson(found.data.auth_config)) : undefined;
  if (!found.success || auth?.success !== true)
    throw unusable(`${file} has an unknown form; log in again with \`apolo login\``);
  const { token, url, refresh_token, expiration_time, cluster_name, org_name, project_name } = found.data;
  return {
    source: "login",
    from: folder,
    url,
    token,
    refreshToken: refresh_token || undefined,
    expiresAtMs: expiration_time * 1000,
    tokenUrl: auth.data.token_url,
    clientId: auth.data.client_id,
    cluster: cluster_name ?? undefined,
    org: org_name ?? undefined,
    project: project_name ?? undefined,
    reload: () => loginFromDatabase(folder, load),
  };
}

/**
 * Refuses a login that others may read, as the official client does. @throws {PlatformError}
 * `invalid_argument` with the command that mends it. Source: protocol reference 1.1.
 */
async function checkPermissions(folder: string): Promise<string> {
  const file = join(folder, "db");
  const [folderInfo, fileInfo] = await Promise.all([stat(folder), stat(file)]);
  if (!fileInfo.isFile()) throw unusable(`${file} is not a regular file; log in again with \`apolo login\``);
  if (process.platform === "win32") return file;
  if ((folderInfo.mode & 0o777) !== 0o700)
    throw unusable(`${folder} is open to others; run: chmod 700 ${folder}`);
  if ((fileInfo.mode & 0o777) !== 0o600) throw unusable(`${file} is open to others; run: chmod 600 ${file}`);
  return file;
}

function unusable(why: string, cause?: unknown): PlatformError {
  const message = `The login of the apolo command line cannot be used: ${why}.`;
  return invalidArgument(message, { cause });
}

async function newestRow(sqlite: Sqlite, file: string): Promise<unknown> {
  try {
    return await sqlite.firstRow(file, NEWEST);
  } catch (cause) {
    const busy = cause instanceof Error && /locked|busy/i.test(cause.message);
    const why = busy ? "it is locked; try again" : "it cannot be read; log in again with `apolo login`";
    throw unusable(`${file}: ${why}`, cause);
  }
}
