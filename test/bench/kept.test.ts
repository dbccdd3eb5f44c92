import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { costOf, fitted, type Point, workFor } from "../../bench/harness/fit.ts";
import type { Row } from "../../bench/harness/row.ts";
import { capacityOf } from "../../bench/kept/capacity.ts";
import { chartOf } from "../../bench/kept/chart.ts";
import { docs } from "../../bench/kept/docs.ts";
import { simulate } from "../../bench/kept/simulate.ts";

const SIZES = [100, 1000, 10_000, 100_000];

function grown(name: string, costOfSize: (size: number) => number): Row {
  const points = SIZES.map((size): Point => [size, costOfSize(size)]);
  return {
    name,
    what: "",
    value: fitted(points).slope,
    unit: "slope",
    growth: { of: "jobs", unit: "ms", points },
  };
}

const value = (name: string, value: number): Row => ({ name, what: "", unit: "", value });
const ROWS: Row[] = [
  value("http/processor", 2),
  value("http/memory", 200),
  value("http/caller", 40),
  { ...value("http/raw-p99", 9), hundredths: [3, 4, 5, 9] },
  grown("growth/wait", () => 1.5),
  grown("growth/list", () => 20),
  grown("growth/report", (size) => size / 10),
];

describe("a fit", () => {
  test("finds the power that was measured, and reads it both ways", () => {
    const power = fitted(SIZES.map((size): Point => [size, 3 * size ** 0.5]));
    expect(power.slope).toBeCloseTo(0.5);
    expect(costOf(power, 400)).toBeCloseTo(60);
    expect(workFor(power, 60)).toBeCloseTo(400);
  });
});

describe("capacity", () => {
  test("follows from the measured slopes, and holds at one tenth", () => {
    const { callsPerSecond, replicas, jobs, tenth } = capacityOf(ROWS);
    expect(callsPerSecond).toBe(300);
    expect(replicas.map(({ replicas: count }) => count)).toEqual([34, 4, 2]);
    expect(jobs.list).toMatchObject({ ms: 20, slope: 0, foretold: 1 });
    expect(jobs.report.ms).toBeCloseTo(1e6);
    expect(jobs.report.foretold).toBeCloseTo(1);
    expect(jobs.readByOne).toBeCloseTo(400_000);
    expect(tenth.busy).toBeCloseTo(0.5, 1);
    expect(tenth.p99).toBeLessThan(100);
  });

  test("is not told without what it needs", () => {
    expect(() => capacityOf(ROWS.slice(1))).toThrow("http/processor was not measured");
  });
});

describe("the simulation", () => {
  test("queues where a replica is busy, and not where it is idle", () => {
    const load = { callMs: 2, answerMs: [5] };
    const idle = simulate({ ...load, callers: 10, replicas: 1 });
    const busy = simulate({ ...load, callers: 480, replicas: 1 });
    expect(idle.p50).toBeLessThan(8);
    expect(busy.busy).toBeGreaterThan(0.9);
    expect(busy.p99).toBeGreaterThan(2 * idle.p99);
  });
});

describe("the chart", () => {
  test("has a panel for each that grows, with its slope", () => {
    const chart = chartOf(ROWS);
    expect(chart.match(/class="title"[^>]*>(\w+)/g)).toHaveLength(3);
    expect(chart).toContain(">slope 1.00<");
    expect(chart).not.toContain("NaN");
  });
});

test("the documents say what was kept (npm run bench -- --keep)", () => {
  for (const [path, text] of docs()) expect(readFileSync(path, "utf8"), path).toBe(text);
});
