import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type JobDescription, type Platform, PlatformError } from "../../../src/client/index.ts";
import { Watcher } from "../../../src/operations/watch/index.ts";

const job = { id: "job-1", status: "running", history: {}, tags: [] } as unknown as JobDescription;

const onBug = (error: unknown): never => {
  throw error;
};

/** A platform that refuses everything, and counts how often it was asked. */
function refusing(error: PlatformError) {
  const asked = vi.fn();
  const refuse = (): never => {
    asked();
    throw error;
  };
  const jobs = {
    list: () => ({ [Symbol.asyncIterator]: () => ({ next: async () => refuse() }) }),
    statusMany: async ([ref]: string[]) => {
      asked();
      return [{ ref, error }];
    },
    tail: async () => refuse(),
    follow: () => ({ [Symbol.asyncIterator]: () => ({ next: async () => refuse() }) }),
  };
  // The watcher uses no more of a platform than this.
  const platform = { jobs, context: async () => refuse() } as unknown as Platform;
  return { asked, platform };
}

describe("the watch over a platform that refuses", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test.for(["job", "log", "active"] as const)("%s: waits as long as it is told to", async (kind) => {
    const error = new PlatformError("rate_limited", "slow down", { retryAfterMs: 600_000 });
    const { asked, platform } = refusing(error);
    const { stop } = new Watcher(platform, onBug).watch({ kind, job }, () => undefined);
    await vi.advanceTimersByTimeAsync(590_000);
    const looks = asked.mock.calls.length;
    expect(looks).toBeLessThanOrEqual(kind === "log" ? 3 : 1);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(asked.mock.calls.length).toBeGreaterThan(looks);
    stop();
  });

  test.for(["job", "log", "active"] as const)("%s: asks less and less often by itself", async (kind) => {
    const { asked, platform } = refusing(new PlatformError("unavailable", "down"));
    const { stop } = new Watcher(platform, onBug).watch({ kind, job }, () => undefined);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked.mock.calls.length).toBeGreaterThan(5);
    expect(asked.mock.calls.length).toBeLessThan(kind === "log" ? 35 : 16);
    stop();
  });
});
