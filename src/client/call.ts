import { EventEmitter } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { type FailedRequest, PlatformError } from "./errors.ts";
import { msLeft, noResultWithin } from "./limit.ts";

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

/** Lets a signal with a clock of its own fire first, so that the error names the right limit. */
const LATER_MS = 5;

/**
 * Ends a call with the caller's signal, after its time limit, or when nothing came for `idleMs` (0 = never).
 * Emits `abort`, which undici understands, and makes a real signal only on demand: with a signal for the
 * call and one for each attempt, as `Limit` makes them, a request costs a sixth more (Node 20, measured with
 * bench/client.ts). Whoever opened it calls `close`.
 */
export class Deadline extends EventEmitter {
  aborted = false;
  reason: unknown;
  /** When the whole call must be over, as `performance.now()` counts; Infinity = never. */
  readonly endsAt: number;
  readonly #outer: AbortSignal | undefined;
  readonly #total: NodeJS.Timeout | undefined;
  readonly #idle: NodeJS.Timeout | undefined;
  #controller: AbortController | undefined;
  #isResting = false;

  constructor({ signal, timeoutMs }: CallOptions, idleMs: number) {
    super();
    this.#outer = signal;
    const leftMs = Math.min(timeoutMs ?? Number.POSITIVE_INFINITY, msLeft(signal) + LATER_MS);
    this.endsAt = performance.now() + leftMs;
    if (signal?.aborted === true) this.#onAbort();
    else signal?.addEventListener("abort", this.#onAbort, { once: true });
    if (Number.isFinite(leftMs))
      this.#total = setTimeout(() => this.#timeOut(noResultWithin(leftMs)), Math.max(0, leftMs));
    if (idleMs > 0)
      this.#idle = setTimeout(() => {
        if (!this.#isResting) this.#timeOut(`nothing received for ${idleMs} ms`);
      }, idleMs);
  }

  /** The same as a signal. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.aborted) this.#controller.abort(this.reason);
    }
    return this.#controller.signal;
  }

  /** One attempt of the call: it ends with the call, or when there is no answer within `ms`. */
  attempt(ms: number): Deadline {
    const attempt = new Deadline({ timeoutMs: ms }, 0);
    const onAbort = () => attempt.#fire(this.reason);
    if (this.aborted) onAbort();
    else this.once("abort", onAbort);
    return attempt;
  }

  /** Once answered, an attempt may take as long as the whole call. */
  answered(): void {
    clearTimeout(this.#total);
  }

  /** Waits for `promise`, which several calls may share, no longer than this lasts. @throws {PlatformError} `timed_out` */
  async wait<T>(promise: Promise<T>, what: string): Promise<T> {
    let onAbort: () => void = () => undefined;
    const fired = new Promise<never>((_, reject) => {
      onAbort = () => reject(abortError(this, what));
    });
    if (this.aborted) onAbort();
    this.once("abort", onAbort);
    try {
      return await Promise.race([promise, fired]);
    } finally {
      this.off("abort", onAbort);
    }
  }

  /** Restarts the idle clock. */
  touch(): void {
    this.#isResting = false;
    this.#idle?.refresh();
  }

  /** Stops the idle clock until the next touch, while the reader is busy. */
  rest(): void {
    this.#isResting = true;
  }

  close(): void {
    clearTimeout(this.#total);
    clearTimeout(this.#idle);
    this.#outer?.removeEventListener("abort", this.#onAbort);
  }

  readonly #onAbort = () => this.#fire(this.#outer?.reason);

  #timeOut(text: string): void {
    this.#fire(new DOMException(text, "TimeoutError"));
  }

  #fire(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.#controller?.abort(reason);
    this.emit("abort");
  }
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
  if (reason instanceof DOMException && reason.name === "TimeoutError")
    return new PlatformError("timed_out", `${what} timed out: ${reason.message}`, { cause: reason, request });
  return reason;
}

/** Waits for `promise` until the call is cancelled. */
export function orAbort<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
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
  const deadline = new Deadline(call, 0);
  try {
    return await deadline.wait(promise, what);
  } finally {
    deadline.close();
  }
}
