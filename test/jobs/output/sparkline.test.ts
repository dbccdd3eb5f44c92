import { describe, expect, test } from "vitest";
import { sparkline, spreadOf, summariseTelemetry } from "../../../src/jobs/output/sparkline.ts";

const GB = 1_000_000_000;
const sample = (cpu: number, memory: number, gpu?: number) => ({
  cpu,
  memory_bytes: memory,
  timestamp: 0,
  ...(gpu === undefined ? {} : { gpu_duty_cycle: gpu, gpu_memory_bytes: GB }),
});

describe("spreadOf", () => {
  test("gives range, mean and course", () => {
    expect(spreadOf([0, 50, 100])).toEqual({ min: 0, mean: 50, max: 100, sparkline: "▁▅█" });
  });

  test("gives nothing for nothing", () => {
    expect(spreadOf([])).toBeUndefined();
  });
});

describe("sparkline", () => {
  test("draws equal values as a flat line", () => {
    expect(sparkline([0, 0, 0], { from: 0, to: 0 })).toBe("▁▁▁");
  });

  test("is at most forty characters wide, neighbours averaged", () => {
    const rising = Array.from({ length: 1000 }, (_, i) => i);
    const line = sparkline(rising, { from: 0, to: 999 });
    expect(line).toMatch(/^▁+▂+▃+▄+▅+▆+▇+█+$/);
    expect(line).toHaveLength(40);
  });

  test("keeps values outside the range inside the drawing", () => {
    expect(sparkline([-5, 500], { from: 0, to: 10 })).toBe("▁█");
  });
});

describe("summariseTelemetry", () => {
  const limits = { memory: 10 * GB, cpu: 4 };

  test.each([
    ["idle", [sample(0.01, GB), sample(0.02, GB)]],
    ["idle", [sample(0.01, GB, 0)]],
    ["fine", [sample(2, 5 * GB)]],
    ["at its CPU limit", [sample(3.9, 5 * GB), sample(3.8, GB)]],
    ["near its memory limit", [sample(3.9, 9.5 * GB)]],
    ["fine", [sample(0.01, GB, 95)]],
    ["near its memory limit", [sample(0.01, 2 * GB), sample(0.01, 9.5 * GB)]],
  ])("judges %s", (verdict, samples) => {
    expect(summariseTelemetry(samples, limits)).toMatchObject({ verdict, samples: samples.length });
  });

  test("says what the verdict rests on", () => {
    expect(summariseTelemetry([sample(1, 9.5 * GB)], limits)?.because).toBe(
      "memory reached 95% of its limit",
    );
  });

  test("says when a job uses more cores than it is promised", () => {
    expect(summariseTelemetry([sample(0.88, GB)], { ...limits, cpu: 0.125 })?.because).toBe(
      "it used 704% of its cores, more than it is promised and only while its node has cores to spare; memory reached 10% of its limit",
    );
  });

  test("leaves the GPU out when it was not measured", () => {
    expect(summariseTelemetry([sample(1, GB)], limits)).not.toHaveProperty("gpuDutyCycle");
    expect(summariseTelemetry([], limits)).toBeUndefined();
  });
});
