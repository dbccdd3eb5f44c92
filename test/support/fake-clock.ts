import { syncBuiltinESMExports } from "node:module";
import timers from "node:timers/promises";
import { onTestFinished, vi } from "vitest";
import type { UserPlatform } from "../../src/client/index.ts";

/** Time that goes on only as a test moves it, for `node:timers/promises` too; `performance.now()` begins at 0. */
export function fakeClock(now: string): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"], now: new Date(now) });
  const waiting = vi.spyOn(timers, "setTimeout").mockImplementation(wait);
  syncBuiltinESMExports();
  onTestFinished(() => {
    waiting.mockRestore();
    vi.useRealTimers();
    syncBuiltinESMExports();
  });
}

/**
 * Timeouts that come only as a test moves the time, while all else goes on. The platform is connected before: undici
 * counts by one timer for a whole worker, and made here that would stand still for all tests that follow.
 */
export async function fakeTimeouts(platform: Pick<UserPlatform, "context">): Promise<void> {
  await platform.context();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
}

/** Does `work` without any timeout coming: what is given some seconds has them, however slow the machine is. */
export async function unhurried<T>(
  platform: Pick<UserPlatform, "context">,
  work: () => Promise<T>,
): Promise<T> {
  await platform.context();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    return await work();
  } finally {
    vi.useRealTimers();
  }
}

function wait(ms?: number, value?: unknown, { signal }: { signal?: AbortSignal | undefined } = {}) {
  return new Promise<unknown>((resolve, reject) => {
    const give = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => resolve(value), ms);
    if (signal?.aborted === true) give();
    signal?.addEventListener("abort", give, { once: true });
  });
}
