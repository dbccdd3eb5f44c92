import { describe, expect, test } from "vitest";
import { PlatformError } from "../../src/client/errors.ts";
import { Retry } from "../../src/client/retry.ts";

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
