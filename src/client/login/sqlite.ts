/** Reads a database that somebody else may be writing, and leaves it as it is. */
export interface Sqlite {
  /** The first row that `sql` finds in `file`, also of what stands in the write-ahead log only. */
  firstRow(file: string, sql: string): Promise<unknown>;
}

/** What we use of `node:sqlite`, which Node 20 does not have. */
interface NodeSqlite {
  DatabaseSync: new (
    path: string,
    options: { readOnly: boolean },
  ) => { prepare(sql: string): { get(): unknown }; close(): void };
}

/** SQLite of Node, else one in WebAssembly, of which only then anything is loaded. */
export async function loadSqlite(load = loadOfNode): Promise<Sqlite> {
  return (await load()) ?? (await import("./wasm-sqlite.ts")).openWasmSqlite();
}

async function loadOfNode(): Promise<Sqlite | undefined> {
  const name = "node:sqlite";
  try {
    // The types of the oldest supported Node do not know the module; the interface says what is used.
    const { DatabaseSync } = (await import(name)) as NodeSqlite;
    return {
      async firstRow(file, sql) {
        const database = new DatabaseSync(file, { readOnly: true });
        try {
          return database.prepare(sql).get();
        } finally {
          database.close();
        }
      },
    };
  } catch {
    return undefined;
  }
}
