import { beforeAll, describe, expect, test } from "vitest";
import { JobTable } from "../../../src/emulator/state/job-table.ts";
import { record } from "../support/records.ts";

const JOBS = 100_000;
let table: JobTable;
/** How often a job was compared with a filter. */
let looks = 0;

beforeAll(() => {
  table = new JobTable({ saved: () => undefined, removed: () => undefined });
  for (let index = 0; index < JOBS; index += 1) {
    const job = record(index, index % 1000 === 0 ? { name: `named-${index % 3000}` } : {});
    table.add(Object.defineProperty(job, "beingDropped", { get: beingDropped }));
  }
});

function beingDropped(): boolean {
  looks += 1;
  return false;
}

/** At how many jobs a search looked that found so many. */
function searched(filter: Parameters<JobTable["list"]>[0]): { found: number; looks: number } {
  const before = looks;
  const found = table.list(filter).length;
  return { found, looks: looks - before };
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

  test("looks at few of them for the newest twenty, for what is active, for a name, for a span of time", () => {
    expect(searched({ reverse: true, limit: 20, beingDropped: false })).toEqual({ found: 20, looks: 20 });
    const statuses = new Set(["pending", "running", "suspended"] as const);
    expect(searched({ statuses })).toEqual({ found: 0, looks: 0 });
    expect(searched({ name: "named-0" })).toEqual({ found: 34, looks: 34 });
    const sinceMs = 1_795_000_000_000 + 50_000 * 1000;
    expect(searched({ sinceMs, untilMs: sinceMs + 9000 })).toEqual({ found: 10, looks: 10 });
  });

  test("looks at no job before it is wanted", () => {
    const before = looks;
    const [first] = table.each({ reverse: true });
    expect(first?.id).toBe(record(JOBS - 1).id);
    expect(looks - before).toBe(1);
  });

  test("keeps the order of creation when an older job comes late", () => {
    const late = record(5.5, { id: "late" });
    table.add(late);
    expect(table.list({ limit: 7 }).at(-1)?.id).toBe("late");
    table.remove("late");
    expect(table.size).toBe(JOBS);
  });
});
