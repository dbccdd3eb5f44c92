import { setTimeout as sleep } from "node:timers/promises";
import { type FailedRequest, PlatformError } from "./errors.ts";
import { isTimeout, noResultWithin, timesOf } from "./limit.ts";

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

/** One call under way, as it is passed along. */
export interface Call {
  /** The caller's. */
  signal: AbortSignal | undefined;
  /** When it must be over, as `performance.now()` counts; Infinity = never. */
  endsAt: number;
  /** How long it may take from its start, in milliseconds. */
  limitMs: number;
}

/** A call's own signal. Whoever opened it calls `close`, after which it fires no more by itself. */
export interface CallSignal {
  signal: AbortSignal;
  /** Fires it as timed out. */
  timeOut(why: string): void;
  close(): void;
}

/** A process may be held up for so long between looking at the time and setting a timer by it. */
const LATER_MS = 1000;

export function startCall({ signal, timeoutMs = Number.POSITIVE_INFINITY }: CallOptions): Call {
  const now = performance.now();
  const endsAt = Math.min(now + timeoutMs, timesOf(signal).endsAt);
  return { signal, endsAt, limitMs: endsAt - now };
}

/** A signal that fires with the caller's, or when the time of the call is over. */
export function signalOf({ signal: outer, endsAt, limitMs }: Call): CallSignal {
  const controller = new AbortController();
  const timeOut = (why: string) => controller.abort(new DOMException(why, "TimeoutError"));
  const onAbort = () => controller.abort(outer?.reason);
  if (outer?.aborted === true) onAbort();
  else outer?.addEventListener("abort", onAbort, { once: true });
  // A caller's signal that fires in time is left to fire first, so that the error names its limit.
  const laterMs = timesOf(outer).firesAt <= endsAt ? LATER_MS : 0;
  const leftMs = Math.max(0, endsAt - performance.now()) + laterMs;
  const timer = Number.isFinite(leftMs)
    ? setTimeout(() => timeOut(noResultWithin(limitMs)), leftMs)
    : undefined;
  return {
    signal: controller.signal,
    timeOut,
    close() {
      clearTimeout(timer);
      outer?.removeEventListener("abort", onAbort);
    },
  };
}

/** Waits `ms`, or rejects with the signal's reason. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return sleep(ms, undefined, { signal }).catch(() => {
    throw signal?.reason;
  });
}

/** What to throw once `signal` has fired: a timeout becomes `timed_out`, the caller's own reason stays. */
export function abortError(
  { reason }: { reason: unknown },
  what: string,
  /** The request under way. */
  request?: FailedRequest,
): unknown {
  if (isTimeout(reason))
    return new PlatformError("timed_out", `${what} timed out: ${reason.message}`, { cause: reason, request });
  return reason;
}

/** Waits for `promise` until the call is cancelled; with `what` was waited for, a timeout becomes `timed_out`. */
export function orAbort<T>(promise: Promise<T>, signal: AbortSignal | undefined, what?: string): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(what === undefined ? signal.reason : abortError(signal, what));
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/**
 * Waits for `promise`, which several calls may share, no longer than this call may last.
 * @throws {PlatformError} `timed_out`, with `what` was waited for
 */
export async function orTimeOut<T>(promise: Promise<T>, call: CallOptions, what: string): Promise<T> {
  const { signal, close } = signalOf(startCall(call));
  try {
    return await orAbort(promise, signal, what);
  } finally {
    close();
  }
}
