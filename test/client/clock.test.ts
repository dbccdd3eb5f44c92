import { describe, expect, onTestFinished, test, vi } from "vitest";
import { PlatformClock } from "../../src/client/clock.ts";

const DAY_MS = 86_400_000;
const shifts = [-DAY_MS, -3_600_000, -1500, 0, 1500, 60_000, DAY_MS];

describe("the platform's clock", { tags: "outages" }, () => {
  test.each(shifts)("is known to less than a second when it is off by %i ms", (aheadMs) => {
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      const clock = new PlatformClock();
      for (let answer = 0; answer < 20; answer += 1) {
        vi.setSystemTime(Date.parse("2026-08-01T10:00:00Z") + answer * 1070);
        clock.note(new Date(Date.now() + aheadMs).toUTCString(), Date.now() - 5);
      }
      expect(Math.abs(clock.aheadMs - aheadMs)).toBeLessThan(200);
    } finally {
      vi.useRealTimers();
    }
  });

  test("is ours while nothing was told, and the newest one where it was set", () => {
    onTestFinished(() => void vi.useRealTimers());
    vi.useFakeTimers({ toFake: ["Date"] });
    const clock = new PlatformClock();
    expect(clock.aheadMs).toBe(0);
    clock.note("no date", Date.now());
    expect(clock.aheadMs).toBe(0);
    clock.note(new Date(Date.now() - DAY_MS).toUTCString(), Date.now());
    clock.note(new Date(Date.now() + DAY_MS).toUTCString(), Date.now());
    expect(Math.abs(clock.aheadMs - DAY_MS)).toBeLessThan(1001);
  });
});
