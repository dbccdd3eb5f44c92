import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import init from "@sqlite.org/sqlite-wasm";
import { onTestFinished } from "vitest";
import { PLANTED } from "./planted.ts";

interface Saved {
  /** Of the API. */
  url: string;
  token: string;
  expiresAtMs?: number;
}

/** A folder as `apolo login` leaves it, with a refresh token that is planted. It is removed with the test. */
export async function savedLogin(saved: Saved): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "saved-login-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await saveLogin(folder, { refreshToken: PLANTED.refresh, ...saved });
  return folder;
}

/** Replaces what is saved there, as the next `apolo login` does. */
export async function saveLogin(
  folder: string,
  { url, token, refreshToken, expiresAtMs = Date.now() + 3_600_000 }: Saved & { refreshToken: string },
): Promise<void> {
  const { capi, oo1 } = await init();
  const database = new oo1.DB(":memory:", "c");
  const row = {
    auth_config: JSON.stringify({ token_url: new URL("/oauth/token", url).href, client_id: "client-1" }),
    ...{
      token,
      refresh_token: refreshToken,
      expiration_time: expiresAtMs / 1000,
      url,
      timestamp: Date.now(),
    },
    ...{ cluster_name: "default", org_name: "acme", project_name: "vision" },
  };
  const names = Object.keys(row).join(", ");
  database.exec(`CREATE TABLE main (${names})`);
  database.exec({
    sql: `INSERT INTO main VALUES (${Object.keys(row).map(() => "?")})`,
    bind: Object.values(row),
  });
  await writeFile(join(folder, "db"), capi.sqlite3_js_db_export(database), { mode: 0o600 });
  database.close();
}
