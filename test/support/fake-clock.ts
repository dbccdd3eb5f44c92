import { syncBuiltinESMExports } from "node:module";
import timers from "node:timers/promises";
import { onTestFinished, vi } from "vitest";

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
