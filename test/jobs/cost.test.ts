import { describe, expect, test } from "vitest";
import {
  affordableSeconds,
  compareCredits,
  costOf,
  formatCredits,
  runTimeOf,
  sumCredits,
} from "../../src/jobs/cost.ts";
import { nowMs, pendingJob, sampleJob } from "./sample-job.ts";

describe("costOf", () => {
  test.each([
    ["1", 3600, "1"],
    ["0.1", 10_800, "0.3"],
    ["1E+1", 1800, "5"],
    ["1.5e-3", 3600, "0.0015"],
    ["0.7", 86_400, "16.8"],
    ["1", 1, "0.0002777778"],
    ["0", 3600, "0"],
    ["2", -5, "0"],
    ["not a price", 3600, "0"],
  ])("takes %s an hour for %d seconds as %s", (price, seconds, cost) => {
    expect(costOf(price, seconds)).toBe(cost);
  });
});

describe("sums and limits", () => {
  test("adds without error of rounding", () => {
    expect(sumCredits(Array.from({ length: 10 }, () => "0.1"))).toBe("1");
    expect(sumCredits([])).toBe("0");
  });

  test("compares by value, not by text", () => {
    expect(compareCredits("10", "9")).toBe(1);
    expect(compareCredits("1E+1", "10.0")).toBe(0);
    expect(compareCredits("0.1", "0.2")).toBe(-1);
  });

  test("says how long a budget lasts", () => {
    expect(affordableSeconds("1", "3")).toBe(1200);
    expect(affordableSeconds("1", "0.7")).toBe(5142);
    expect(affordableSeconds("1", "0")).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("formatCredits", () => {
  test.each([
    ["0", "0"],
    ["0E-10", "0"],
    ["12.5", "12.5"],
    ["12.345", "12.35"],
    ["1234.5678", "1234.57"],
    ["0.08333333", "0.0833"],
    ["0.5", "0.5"],
    ["0.00001234", "0.000012"],
    ["1E+2", "100"],
    ["-1.239", "-1.24"],
  ])("prints %s as %s", (amount, text) => {
    expect(formatCredits(amount)).toBe(text);
  });
});

describe("runTimeOf", () => {
  test("believes the platform, else counts from the start", () => {
    expect(runTimeOf(sampleJob(), nowMs)).toBe(5400);
    const { run_time_seconds: _ran, ...history } = sampleJob().history;
    expect(runTimeOf({ ...sampleJob(), history }, nowMs)).toBe(5400);
    expect(runTimeOf(pendingJob("Scheduling"), nowMs)).toBe(0);
  });
});
