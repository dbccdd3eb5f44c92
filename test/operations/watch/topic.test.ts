import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Topic } from "../../../src/operations/watch/topic.ts";

describe("Topic", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("tells of a change at once, then at most once a second, and never loses the last one", () => {
    const listener = vi.fn();
    const topic = new Topic();
    topic.add(listener);
    topic.changed();
    expect(listener).toHaveBeenCalledTimes(1);
    for (let n = 0; n < 5; n += 1) topic.changed();
    vi.advanceTimersByTime(1000);
    expect(listener).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(20);
    expect(listener).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(5000);
    expect(listener).toHaveBeenCalledTimes(2);
    topic.changed();
    expect(listener).toHaveBeenCalledTimes(3);
  });

  test("drops what is pending when nobody watches any more", () => {
    const listener = vi.fn();
    const topic = new Topic();
    topic.add(listener);
    topic.changed();
    topic.changed();
    topic.remove(listener);
    vi.advanceTimersByTime(5000);
    expect(listener).toHaveBeenCalledTimes(1);
  });

  test("tells of the end once, then falls silent", () => {
    const listener = vi.fn();
    const topic = new Topic();
    topic.add(listener);
    topic.end();
    topic.changed();
    vi.advanceTimersByTime(5000);
    expect(listener).toHaveBeenCalledTimes(1);
  });
});
