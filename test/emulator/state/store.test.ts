import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Store } from "../../../src/emulator/state/store.ts";
import { openStore } from "../../../src/emulator/state/store.ts";
import { record } from "../support/records.ts";

let folder: string;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "store-"));
  store = openStore(folder);
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

function reopen(): void {
  store.close();
  store = openStore(folder);
}

describe("openStore", () => {
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
    expect(store.collection<string>("secrets").entries()).toEqual([["k", "v"]]);
    expect(store.collection<number>("other").get("k")).toBe(1);
  });
});
