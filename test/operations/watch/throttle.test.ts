import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Throttle } from "../../../src/operations/watch/throttle.ts";

describe("Throttle", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("acts at once, then once per interval, and never loses the last request", () => {
    const action = vi.fn();
    const throttle = new Throttle(action, 1000);
    throttle.request();
    expect(action).toHaveBeenCalledTimes(1);
    for (let n = 0; n < 5; n += 1) throttle.request();
    vi.advanceTimersByTime(999);
    expect(action).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1);
    expect(action).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(5000);
    expect(action).toHaveBeenCalledTimes(2);
    throttle.request();
    expect(action).toHaveBeenCalledTimes(3);
  });

  test("drops what is pending when closed", () => {
    const action = vi.fn();
    const throttle = new Throttle(action, 1000);
    throttle.request();
    throttle.request();
    throttle.close();
    vi.advanceTimersByTime(5000);
    expect(action).toHaveBeenCalledTimes(1);
  });
});
