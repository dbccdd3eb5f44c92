import { EventEmitter } from "node:events";
import { PlatformError } from "./errors.ts";
import { endOf } from "./limit.ts";

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

/**
 * Ends a call with the caller's signal, after its time limit, or when nothing was heard for `idleMs` (0 = never).
 * Emits `abort`, which undici understands, and makes a real signal only for those who ask: in Node 20 one signal
 * costs as much as a quarter of a request. Whoever opened it calls `close`.
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
    const ownEnd = timeoutMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + timeoutMs;
    this.endsAt = Math.min(ownEnd, endOf(signal));
    if (signal?.aborted === true) this.#onAbort();
    else signal?.addEventListener("abort", this.#onAbort, { once: true });
    if (timeoutMs !== undefined)
      this.#total = setTimeout(() => this.#timeOut(`no result within ${timeoutMs} ms`), timeoutMs);
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

  /** Restarts the idle clock. */
  touch(): void {
    this.#isResting = false;
    this.#idle?.refresh();
  }

  /** Stops the idle clock until the next touch: it is the reader who takes time. */
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
export function abortError({ reason }: { reason: unknown }, what: string): unknown {
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
