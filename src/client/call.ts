import { PlatformError } from "./errors.ts";

/** How long and for whom one call may run. */
export interface CallOptions {
  /** Ends the call when it fires. */
  signal?: AbortSignal | undefined;
  /** Longest time for the whole call, in milliseconds; none by default (an idle connection ends by itself). */
  timeoutMs?: number | undefined;
}

/** Overrides the saved selection for one call; what is not set falls back to it. */
export interface Where {
  cluster?: string | undefined;
  org?: string | undefined;
  project?: string | undefined;
}

/** A signal that fires with the caller's, after `totalMs`, or when nothing was heard for `idleMs`. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** When the whole call must be over, as `performance.now()` counts; Infinity = never. */
  readonly endsAt: number;
  /** Restarts the idle clock. */
  touch(): void;
  /** Stops the clocks. Whoever opened the deadline calls this. */
  close(): void;
}

/** Opens a {@link Deadline}; `idleMs` 0 = no idle clock. */
export function openDeadline(call: CallOptions, idleMs: number): Deadline {
  const controller = new AbortController();
  const outer = call.signal;
  const fail = (text: string) => controller.abort(new DOMException(text, "TimeoutError"));
  const onAbort = () => controller.abort(outer?.reason);
  if (outer?.aborted === true) onAbort();
  else outer?.addEventListener("abort", onAbort, { once: true });
  const { timeoutMs } = call;
  const total =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => fail(`no result within ${timeoutMs} ms`), timeoutMs);
  const idle = idleMs > 0 ? setTimeout(() => fail(`nothing received for ${idleMs} ms`), idleMs) : undefined;
  return {
    signal: controller.signal,
    endsAt: timeoutMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + timeoutMs,
    touch: () => idle?.refresh(),
    close() {
      clearTimeout(total);
      clearTimeout(idle);
      outer?.removeEventListener("abort", onAbort);
    },
  };
}

/** Waits `ms`, or rejects with the signal's reason. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason);
      return;
    }
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/** What to throw once `signal` has fired: a timeout becomes `timed_out`, the caller's own reason stays. */
export function abortError(signal: AbortSignal, what: string): unknown {
  const { reason } = signal;
  if (reason instanceof DOMException && reason.name === "TimeoutError")
    return new PlatformError("timed_out", `${what} timed out: ${reason.message}`, { cause: reason });
  return reason;
}

/** Waits for `promise`, which several calls may share, no longer than this call lives. */
export function orAbort<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
