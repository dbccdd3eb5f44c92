import { describe, expect, test, vi } from "vitest";
import { PlatformError } from "../../../src/client/errors.ts";
import { Retry } from "../../../src/client/http/retry.ts";
import { Reconnects } from "../../../src/client/logs/resume.ts";
import { fakeClock } from "../../support/fake-clock.ts";

const refusal = (retryAfterMs?: number) => new PlatformError("unavailable", "down", { retryAfterMs });

describe("the pause before asking again", () => {
  test("grows with each failure in a row, up to a bound", () => {
    const retry = new Retry(200);
    const pauses = Array.from({ length: 10 }, () => retry.afterFailure(refusal()));
    for (const [index, ms] of pauses.entries()) {
      const longest = Math.min(10_000, 200 * 2 ** index);
      expect(ms).toBeGreaterThanOrEqual(longest / 2);
      expect(ms).toBeLessThanOrEqual(longest);
    }
  });

  test("begins anew after a success", () => {
    const retry = new Retry(200);
    for (let failures = 0; failures < 5; failures += 1) retry.afterFailure(refusal());
    retry.succeeded();
    expect(retry.afterFailure(refusal())).toBeLessThanOrEqual(200);
  });

  test.for([0, 1])("is there although the platform asks for %i ms", (askedMs) => {
    expect(new Retry(200).afterFailure(refusal(askedMs))).toBeGreaterThanOrEqual(100);
  });

  test("is as long as the platform asks for, and differs between callers", () => {
    const pauses = Array.from({ length: 50 }, () => new Retry().afterFailure(refusal(60_000)));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(60_000);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(61_000);
    expect(new Set(pauses).size).toBeGreaterThan(10);
  });
});

describe("a log that is lost on the way", { tags: "logs" }, () => {
  const lost = (retryAfterMs?: number) => new PlatformError("unavailable", "lost", { retryAfterMs });

  test("is opened again so often without a new line, and anew after one", async () => {
    fakeClock("2026-08-01T12:00:00Z");
    const reconnects = new Reconnects(2);
    const again = async (hasMoved: boolean) => {
      const waiting = reconnects.after(lost(), { hasMoved });
      waiting.catch(() => undefined);
      await vi.advanceTimersByTimeAsync(10_000);
      return waiting;
    };
    for (const hasMoved of [false, false, true, false]) await again(hasMoved);
    await expect(again(false)).rejects.toThrow("lost");
  });

  test("is not opened again while the platform asks for longer than a read can take", async () => {
    await expect(new Reconnects(2).after(lost(600_000), { hasMoved: true })).rejects.toThrow("lost");
  });
});
