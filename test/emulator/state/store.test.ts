import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Store } from "../../../src/emulator/state/store.ts";
import { record } from "../support/records.ts";

let folder: string;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "store-"));
  store = new Store(folder);
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

function reopen(): void {
  store.close();
  store = new Store(folder);
}

describe("the store", () => {
  test("finds jobs again as they were last changed", () => {
    const job = record(1);
    store.table.add({ ...job, statuses: job.statuses.slice(0, 1) });
    const kept = store.table.get(job.id);
    for (const item of job.statuses.slice(1)) {
      kept?.statuses.push(item);
      if (kept !== undefined) store.table.changed(kept);
    }
    if (kept !== undefined) Object.assign(kept, { maxRunTimeMinutes: 90, beingDropped: true });
    if (kept !== undefined) store.table.changed(kept);
    store.table.add(record(2));
    store.table.add(record(3));
    store.table.remove(record(3).id);
    reopen();
    expect(store.table.size).toBe(2);
    expect(store.table.get(job.id)).toEqual({ ...job, maxRunTimeMinutes: 90, beingDropped: true });
    expect(store.table.list({}).map(({ id }) => id)).toEqual([record(1).id, record(2).id]);
  });

  test("keeps what a damaged journal still says, and tells of the rest once", () => {
    for (const index of [1, 2, 3]) store.table.add(record(index));
    store.collection<string>("secrets").set("a", "1");
    store.close();
    const file = join(folder, "state", "journal-0.jsonl");
    const lines = readFileSync(file, "utf8").split("\n");
    const damaged = [lines[0], lines[1]?.slice(0, -9), '{"kind":"job","job":{"id":"x"}}', ...lines.slice(2)];
    writeFileSync(file, damaged.join("\n"));
    store = new Store(folder);
    expect(store.damage).toMatch(/ line 2 of journal-0.jsonl cannot be read, line 3 .* 3 lines were kept/);
    for (const told of [true, false]) {
      expect(store.table.list({}).map(({ id }) => id)).toEqual([record(1).id, record(3).id]);
      expect(store.collection<string>("secrets").get("a")).toBe("1");
      expect(store.damage !== undefined).toBe(told);
      reopen();
    }
  });

  test("does not bring a job back that changed after it was removed", () => {
    const job = record(1);
    store.table.add(job);
    store.table.remove(job.id);
    store.table.changed(job);
    reopen();
    expect(store.table.size).toBe(0);
  });

  test("changes jobs that it found again", () => {
    const job = record(1);
    store.table.add({ ...job, statuses: job.statuses.slice(0, 2) });
    reopen();
    expect(store.table.active()).toHaveLength(1);
    const kept = store.table.get(job.id);
    if (kept !== undefined) {
      kept.statuses.push(...job.statuses.slice(2));
      store.table.changed(kept);
    }
    reopen();
    expect(store.table.get(job.id)?.statuses).toEqual(job.statuses);
    expect(store.table.active()).toEqual([]);
  });

  test("keeps the values of its collections apart", () => {
    store.collection<string>("secrets").set("k", "v");
    store.collection<number>("other").set("k", 1);
    store.collection<string>("secrets").set("gone", "x");
    store.collection<string>("secrets").delete("gone");
    reopen();
    expect([...store.collection<string>("secrets")]).toEqual([["k", "v"]]);
    expect(store.collection<number>("other").get("k")).toBe(1);
  });
});
