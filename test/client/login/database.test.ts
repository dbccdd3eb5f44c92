import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findLogin } from "../../../src/client/index.ts";
import { loginFromDatabase } from "../../../src/client/login/database.ts";
import { loadSqlite } from "../../../src/client/login/sqlite.ts";
import { openWasmSqlite } from "../../../src/client/login/wasm-sqlite.ts";
import { token } from "../../support/jobs.ts";

interface Database {
  exec(sql: string): void;
  close(): void;
}
interface Sqlite {
  DatabaseSync: new (path: string) => Database;
}

const name = "node:sqlite";
// The types of the oldest supported Node do not know the module.
const sqlite: Sqlite | undefined = await import(name).catch(() => undefined);
const FIXTURES = fileURLToPath(new URL("../../fixtures/login-db", import.meta.url));
const READERS = { ...(sqlite && { "node:sqlite": loadSqlite }), WebAssembly: openWasmSqlite };

let home: string;
let folder: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "home-"));
  folder = join(home, ".apolo");
  await mkdir(folder, { mode: 0o700 });
  await chmod(folder, 0o700);
  await copyFile(join(FIXTURES, "db"), join(folder, "db"));
  await chmod(join(folder, "db"), 0o600);
});
afterEach(() => rm(home, { recursive: true }));

/** The saved login in use elsewhere: a connection that stays open keeps its changes in the write-ahead log. */
function openDatabase(): Database {
  if (sqlite === undefined) throw new Error("skipped on this Node");
  return new sqlite.DatabaseSync(join(folder, "db"));
}

describe.each(Object.entries(READERS))("the database of apolo login, read by %s", (_, load) => {
  test("gives token, addresses and selection, and is left as it is", async () => {
    const before = await readFile(join(folder, "db"));

    const login = await loginFromDatabase(folder, load);

    expect(login).toMatchObject({
      source: "login",
      url: "http://127.0.0.1:18099/api/v1",
      cluster: "default",
      org: "acme",
      project: "nlp",
      token: expect.stringMatching(/^eyJ/),
      tokenUrl: expect.stringMatching(/^http/),
      clientId: expect.any(String),
      expiresAtMs: expect.any(Number),
    });
    expect(login.expiresAtMs).toBeGreaterThan(Date.parse("2026-01-01"));
    expect(await readFile(join(folder, "db"))).toEqual(before);
    expect((await stat(join(folder, "db"))).mode & 0o777).toBe(0o600);
  });

  test("is read with what stands in the write-ahead log only", async () => {
    const log = join(folder, "db-wal");
    await copyFile(join(FIXTURES, "vision.wal"), log);
    const before = await readFile(log);

    expect((await loginFromDatabase(folder, load)).project).toBe("vision");
    if (load === openWasmSqlite) expect(await readFile(log)).toEqual(before);
  });

  test("of an unknown form says to log in again", async () => {
    await writeFile(join(folder, "db"), "no database");

    await expect(loginFromDatabase(folder, load)).rejects.toThrow("apolo login");
  });
});

describe.skipIf(sqlite === undefined).each(Object.entries(READERS))(
  "in use elsewhere, by %s",
  { tags: "outages" },
  (_, load) => {
    test("it is read while another holds it open, and keeps it from nothing", async () => {
      const other = openDatabase();
      try {
        other.exec("PRAGMA wal_autocheckpoint = 0");
        other.exec("UPDATE main SET project_name = 'vision'");
        expect((await loginFromDatabase(folder, load)).project).toBe("vision");

        other.exec("BEGIN IMMEDIATE; UPDATE main SET project_name = 'speech'");
        expect((await loginFromDatabase(folder, load)).project).toBe("vision");
        other.exec("COMMIT");
        expect((await loginFromDatabase(folder, load)).project).toBe("speech");
      } finally {
        other.close();
      }
    });

    test("is read again when the command line has logged in meanwhile", async () => {
      const login = await loginFromDatabase(folder, load);
      const other = openDatabase();
      other.exec(`UPDATE main SET token = '${token("alice", "second")}', refresh_token = 'r'`);
      other.close();

      expect(await login.reload?.()).toMatchObject({ token: token("alice", "second"), refreshToken: "r" });
    });

    test("an entry that is not understood says to log in again", async () => {
      const other = openDatabase();
      other.exec("UPDATE main SET auth_config = 'x'");
      other.close();

      await expect(loginFromDatabase(folder, load)).rejects.toThrow("apolo login");
    });
  },
);

describe("the login to use", () => {
  test("is looked for in APOLO_CONFIG, and in the old folder after the new one", async () => {
    await rename(folder, join(home, ".neuro"));
    expect(await findLogin({}, home, home)).toMatchObject({ source: "login" });

    await rename(join(home, ".neuro"), join(home, "elsewhere"));
    expect(await findLogin({}, home, home)).toBeUndefined();
    expect(await findLogin({ APOLO_CONFIG: "~/elsewhere" }, home, home)).toMatchObject({ source: "login" });
  });

  test("may not be joined by a user.toml that selects", async () => {
    await writeFile(join(folder, "user.toml"), '[job]\nlife-span = "1d"\n');
    expect(await findLogin({}, home, home)).toMatchObject({ source: "login" });

    await writeFile(join(folder, "user.toml"), '[job]\ncluster-name = "west"\n');
    await expect(findLogin({}, home, home)).rejects.toThrow("user.toml");
  });
});

describe("a Node without SQLite", () => {
  test("reads it by WebAssembly, and leaves nothing beside it", async () => {
    const load = () => loadSqlite(async () => undefined);

    expect((await loginFromDatabase(folder, load)).project).toBe("nlp");
    expect(await readdir(folder)).toEqual(["db"]);
  });

  test("and without WebAssembly says what to do instead", async () => {
    const reading = loginFromDatabase(folder, () => Promise.reject(new Error("WebAssembly is not defined")));

    await expect(reading).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringMatching(/22\.13.*APOLO_PASSED_CONFIG.*APOLO_URL and APOLO_TOKEN/),
    });
  });
});
