import { isTimeout, Limit, PlatformError, pause, Retry } from "../client/index.ts";

const RETRY_MS = 1000;
/** Even what is not to wait has time for a slow answer, and to ask again for one that was lost. */
const LEAST_MS = 8000;

/** A fault that may pass by itself; every other one is thrown on. */
export function passing(error: unknown): PlatformError {
  if (error instanceof PlatformError && error.retryable) return error;
  throw error;
}

/**
 * Tries `work` again while what goes wrong may pass and there is time, also for the pause that the platform asks. Deadlines
 * are by `performance.now()` throughout: the machine's clock may be set meanwhile.
 */
export async function patiently<T>(
  deadlineMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const retry = new Retry(RETRY_MS);
  let fault: PlatformError | undefined;
  for (;;) {
    const limit = new Limit(signal, { expectedMs: Math.max(LEAST_MS, deadlineMs - performance.now()) });
    try {
      return await work(limit.signal);
    } catch (error) {
      const failure = passing(error);
      // Why it was tried again says more than that the time was over.
      if (failure.code !== "timed_out") fault = failure;
      const waitMs = retry.afterFailure(failure);
      const told = fault ?? failure;
      if (performance.now() + waitMs > deadlineMs) throw told;
      await pauseFor(waitMs, signal).catch((reason: unknown) => {
        throw isTimeout(reason) ? told : reason;
      });
    } finally {
      limit.close();
    }
  }
}

/** Waits `ms`, or less when the call is cancelled, which throws. */
export async function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  await pause(Math.max(0, ms), signal);
}

/** A wait that others may cut short. */
export class Pause {
  #wake: () => void = () => undefined;

  /** Resolves after `ms`, at `wake`, or when the signal fires, whichever comes first. Does not keep the process alive. */
  wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms).unref();
      signal.addEventListener("abort", done, { once: true });
      this.#wake = done;
      if (signal.aborted) done();
    });
  }

  wake(): void {
    this.#wake();
  }
}
