import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { crashRound } from "./support/crash.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "emulator-data-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("an emulator with a data folder that is killed", () => {
  test("comes back with every job it acknowledged, and says what became of those that ran", {
    tags: "outages",
    // Six processes start, one after the other.
    timeout: 180_000,
  }, async () => {
    const reports = [];
    for (const [round, status] of ["pending", "running", "failed"].entries()) {
      const enough = (jobs: readonly { status: string }[]) => jobs.some((job) => job.status === status);
      reports.push(await crashRound(folder, { round, enough }));
    }
    expect(reports.flatMap(({ losses }) => losses)).toEqual([]);
    expect(reports.every(({ acknowledged }) => acknowledged > 0)).toBe(true);
  });
});
