import { readFile, stat } from "node:fs/promises";
import init from "@sqlite.org/sqlite-wasm";

/** The database, and what SQLite keeps beside it for as long as somebody is writing. */
const PARTS = ["", "-wal", "-journal"];
const READINGS = 10;
const COPY = "/db";

/** Reads a copy in memory: this SQLite knows neither the locks of others nor the memory that they share. */
export async function openWasmSqlite() {
  const { capi, oo1 } = await init();
  return {
    async firstRow(file: string, sql: string): Promise<unknown> {
      for (const [part, bytes] of await copyOf(file))
        capi.sqlite3_js_posix_create_file(`${COPY}${part}`, bytes);
      const database = new oo1.DB(COPY, "w");
      try {
        // Only so is a write-ahead log read without shared memory.
        database.exec("PRAGMA locking_mode = EXCLUSIVE");
        return database.selectObject(sql);
      } finally {
        database.close();
      }
    },
  };
}

/** All parts as they were at one time. */
async function copyOf(file: string): Promise<[part: string, bytes: Uint8Array][]> {
  for (let reading = 0; reading < READINGS; reading += 1) {
    const before = await traces(file);
    const parts = await Promise.all(PARTS.map((part) => bytesOf(`${file}${part}`)));
    if ((await traces(file)) === before)
      return PARTS.flatMap((part, index) => (parts[index] === undefined ? [] : [[part, parts[index]]]));
  }
  throw new Error("busy: it changed with every reading");
}

/** Differs once anything was written. */
async function traces(file: string): Promise<string> {
  const parts = await Promise.all(
    PARTS.map((part) => stat(`${file}${part}`, { bigint: true }).catch(() => undefined)),
  );
  return parts.map((part) => (part ? `${part.ino} ${part.size} ${part.mtimeNs}` : "none")).join();
}

async function bytesOf(file: string): Promise<Uint8Array | undefined> {
  const bytes = await readFile(file).catch(() => undefined);
  // It takes no `Buffer`.
  return bytes && new Uint8Array(bytes);
}
