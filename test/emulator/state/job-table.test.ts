import { beforeAll, describe, expect, test } from "vitest";
import { JobTable } from "../../../src/emulator/state/job-table.ts";
import { processorMs } from "../../support/busy.ts";
import { record } from "../support/records.ts";

const JOBS = 100_000;
let table: JobTable;

beforeAll(() => {
  table = new JobTable({ saved: () => undefined, removed: () => undefined });
  for (let index = 0; index < JOBS; index += 1)
    table.add(record(index, index % 1000 === 0 ? { name: `named-${index % 3000}` } : {}));
});

/** Processor time of one round, in milliseconds. */
function timed(run: () => void): number {
  const ten = processorMs(() => {
    for (let round = 0; round < 10; round += 1) run();
  });
  return ten / 10;
}

describe("a table of 100,000 finished jobs", () => {
  test("finds one by id, name and tag", () => {
    expect(table.get(record(99_999).id)?.owner).toBe("bob");
    expect(table.newestNamed("named-0", "alice")?.id).toBe(record(99_000).id);
    expect(table.activeNamed("named-0", "vision")).toBeUndefined();
    expect(table.list({ tags: ["tag-7"], limit: 2 }).map(({ id }) => id)).toEqual([
      record(7).id,
      record(107).id,
    ]);
  });

  test("lists the newest twenty, and what is active, in a few milliseconds", () => {
    const statuses = new Set(["pending", "running", "suspended"] as const);
    expect(timed(() => table.list({ reverse: true, limit: 20, beingDropped: false }))).toBeLessThan(20);
    expect(
      timed(() => table.list({ statuses, visible: ({ cluster }) => cluster === "default" })),
    ).toBeLessThan(20);
    expect(timed(() => table.list({ name: "named-0" }))).toBeLessThan(20);
  });

  test("looks at no job before it is wanted", () => {
    let looked = 0;
    const visible = () => {
      looked += 1;
      return true;
    };
    const [first] = table.each({ visible, reverse: true });
    expect(first?.id).toBe(record(JOBS - 1).id);
    expect(looked).toBe(1);
  });

  test("searches a span of time without looking at the rest", () => {
    const sinceMs = 1_795_000_000_000 + 50_000 * 1000;
    const found = table.list({ sinceMs, untilMs: sinceMs + 9000 });
    expect(found).toHaveLength(10);
    expect(timed(() => table.list({ sinceMs, untilMs: sinceMs + 9000 }))).toBeLessThan(20);
  });

  test("keeps the order of creation when an older job comes late", () => {
    const late = record(5.5, { id: "late" });
    table.add(late);
    expect(table.list({ limit: 7 }).at(-1)?.id).toBe("late");
    table.remove("late");
    expect(table.size).toBe(JOBS);
  });
});
