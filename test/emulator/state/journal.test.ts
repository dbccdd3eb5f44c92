import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Journal } from "../../../src/emulator/state/journal.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "journal-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function open({ compactBytes = 1e6, snapshot = [] }: { compactBytes?: number; snapshot?: unknown[] } = {}): {
  journal: Journal;
  replayed: unknown[];
} {
  const replayed: unknown[] = [];
  const journal = new Journal({
    folder,
    compactBytes,
    replay: (entry) => typeof entry === "object" && replayed.push(entry) > 0,
    snapshot: () => snapshot,
  });
  return { journal, replayed };
}

function write(...entries: unknown[]): void {
  const { journal } = open();
  for (const entry of entries) journal.append(entry);
  journal.close();
}

const journalFile = () => join(folder, readdirSync(folder).find((name) => name.startsWith("journal")) ?? "");

describe("the journal", () => {
  test("hands over what was written before, in order", () => {
    write({ a: 1 }, { b: "ü" });
    write({ c: 3 });
    expect(open().replayed).toEqual([{ a: 1 }, { b: "ü" }, { c: 3 }]);
  });

  test("cuts off a torn last line wherever it was torn, and goes on behind it", () => {
    write({ first: "whole" }, { second: "torn in the middle" });
    const whole = readFileSync(journalFile());
    const start = whole.indexOf("\n") + 1;
    for (let size = start; size < whole.length; size += 1) {
      writeFileSync(journalFile(), whole.subarray(0, size));
      write({ third: size });
      expect(open().replayed).toEqual([{ first: "whole" }, { third: size }]);
    }
  });

  test("puts aside a line that says nothing, and tells its place once", () => {
    write({ a: 1 });
    appendFileSync(journalFile(), '\u0000\u0000garbage\n{"b":2}\n"nothing"\n{"c":');
    const { journal, replayed } = open({ snapshot: [{ a: 1 }, { b: 2 }] });
    expect(replayed).toEqual([{ a: 1 }, { b: 2 }]);
    expect(journal.damage).toMatch(
      /line 2 of journal-0\.jsonl cannot be read, line 4 of .*, the last line of .* is torn\. 2 lines were kept/,
    );
    expect(readFileSync(join(folder, "damaged.jsonl"), "latin1")).toBe(
      '\u0000\u0000garbage\n"nothing"\n{"c":\n',
    );
    journal.close();
    const again = open();
    expect([again.replayed, again.journal.damage]).toEqual([[{ a: 1 }, { b: 2 }], undefined]);
  });

  test("tells that a snapshot is gone, and keeps what came after it", () => {
    writeFileSync(join(folder, "journal-3.jsonl"), '{"late":1}\n');
    const { journal, replayed } = open();
    expect([replayed, journal.damage]).toEqual([
      [{ late: 1 }],
      expect.stringContaining("snapshot-3.jsonl is missing"),
    ]);
  });

  test("writes a snapshot when it has grown, and begins anew behind it", () => {
    const { journal } = open({ compactBytes: 100, snapshot: [{ all: "that counts" }] });
    for (let index = 0; index < 10; index += 1) journal.append({ index, filler: "x".repeat(20) });
    journal.append({ last: true });
    journal.close();
    const { replayed } = open();
    expect(replayed[0]).toEqual({ all: "that counts" });
    expect(replayed.at(-1)).toEqual({ last: true });
    expect(readdirSync(folder)).toHaveLength(2);
  });

  test("does not mind a snapshot that was never finished", () => {
    write({ a: 1 });
    writeFileSync(join(folder, "snapshot.tmp"), '{"half":');
    expect(open().replayed).toEqual([{ a: 1 }]);
  });

  test("counts a finished snapshot whose journal was not begun yet", () => {
    write({ old: 1 });
    writeFileSync(join(folder, "snapshot-1.jsonl"), '{"all":1}\n');
    expect(open().replayed).toEqual([{ all: 1 }]);
    expect(readdirSync(folder).sort()).toEqual(["journal-1.jsonl", "snapshot-1.jsonl"]);
  });

  test("is empty when the journal is", () => {
    write({ a: 1 });
    truncateSync(journalFile(), 0);
    expect(open().replayed).toEqual([]);
  });
});
