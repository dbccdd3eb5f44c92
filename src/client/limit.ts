import { setMaxListeners } from "node:events";

/** Times as `performance.now()` counts; a plain signal does not say. */
interface TimedSignal extends AbortSignal {
  /** When what runs under it has to be over. */
  readonly endsAt?: number;
  /** When it fires by itself. */
  readonly firesAt?: number;
}

const NEVER = Number.POSITIVE_INFINITY;

/** When what runs under `signal` has to be over, and when the signal fires by itself; Infinity = never. */
export function timesOf(signal: TimedSignal | undefined): { endsAt: number; firesAt: number } {
  return { endsAt: signal?.endsAt ?? NEVER, firesAt: signal?.firesAt ?? NEVER };
}

/** How long what runs under `signal` may still take, in milliseconds; Infinity = as long as it likes. */
export function msLeft(signal: AbortSignal | undefined): number {
  return timesOf(signal).endsAt - performance.now();
}

export function noResultWithin(ms: number): string {
  return `no result within ${Math.round(ms / 100) / 10} s`;
}

/** Whether a signal fired because the time was over. */
export function isTimeout(reason: unknown): reason is DOMException {
  return reason instanceof DOMException && reason.name === "TimeoutError";
}

interface Bounds {
  /** The signal fires after this, in milliseconds. */
  ms?: number | undefined;
  /** The signal does not fire, but calls of the client end by themselves after this. */
  expectedMs?: number | undefined;
}

/**
 * A signal that fires with any of the outer ones, with `end`, or when its own time is over. The outer signals and
 * the clock hold it, until `close`: what `AbortSignal.any` makes of `AbortSignal.timeout` is collected as garbage
 * while somebody waits for it (Node 20), so this is the one way to join signals here.
 */
export class Limit {
  readonly #controller = new AbortController();
  readonly #outers: readonly AbortSignal[];
  readonly #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(outers: AbortSignal | readonly AbortSignal[], { ms, expectedMs }: Bounds = {}) {
    this.#outers = Array.isArray(outers) ? outers : [outers];
    const outerTimes = this.#outers.map(timesOf);
    const now = performance.now();
    const ownEndsAt = now + (ms ?? NEVER);
    const outerEndsAt = Math.min(...outerTimes.map(({ endsAt }) => endsAt));
    const endsAt = Math.min(ownEndsAt, outerEndsAt, now + (expectedMs ?? NEVER));
    const firesAt =
      ms === undefined
        ? Math.min(...outerTimes.map((outer) => outer.firesAt))
        : Math.min(ownEndsAt, outerEndsAt);
    // Any number of calls may wait under one limit.
    setMaxListeners(0, this.#controller.signal);
    Object.assign(this.#controller.signal, { endsAt, firesAt });
    if (ms !== undefined) {
      const inMs = Math.max(0, firesAt - now);
      this.#timer = setTimeout(() => {
        // If an outer limit comes first, it is that one which is over.
        this.#isOver = firesAt === ownEndsAt;
        this.#fire(noResultWithin(inMs));
      }, inMs);
    }
    for (const outer of this.#outers) {
      if (outer.aborted) this.#onAbort({ target: outer });
      else outer.addEventListener("abort", this.#onAbort, { once: true });
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether its own time is over or it was ended, whatever the outer signals did. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Fires as if the time were over. */
  end(): void {
    this.#isOver = true;
    this.#fire("ended early");
  }

  /** Stops the clock and forgets the outer signals; fires no more by itself. */
  close(): void {
    clearTimeout(this.#timer);
    for (const outer of this.#outers) outer.removeEventListener("abort", this.#onAbort);
  }

  readonly #onAbort = ({ target }: Pick<Event, "target">) => {
    const outer = this.#outers.find((signal) => signal === target);
    this.#controller.abort(outer?.reason);
    this.close();
  };

  #fire(why: string): void {
    this.#controller.abort(new DOMException(why, "TimeoutError"));
    this.close();
  }
}
