/** The emulator's time. It runs with the machine's and can be moved forward, never back. */
export interface Clock {
  now(): Date;
  /** Unix milliseconds with a fraction (the platform's times have microseconds). */
  nowMs(): number;
  /** Moves the clock forward. @throws {RangeError} on a negative or non-finite step. */
  advance(ms: number): void;
  /** How far the clock was moved, in milliseconds. */
  readonly offsetMs: number;
  /** Calls back after each move of the clock, until the returned function is called. */
  onAdvance(listener: () => void): () => void;
}

/** Opens a clock that starts at the machine's time. */
export function openClock(): Clock {
  let offsetMs = 0;
  const listeners = new Set<() => void>();
  // Whole microseconds: what is shown can be compared with what is kept.
  const nowMs = () => Math.round((performance.timeOrigin + performance.now() + offsetMs) * 1000) / 1000;
  return {
    nowMs,
    now: () => new Date(nowMs()),
    advance(ms) {
      if (!Number.isFinite(ms) || ms < 0) throw new RangeError(`Cannot move the clock by ${ms} ms.`);
      offsetMs += ms;
      for (const listener of listeners) listener();
    },
    onAdvance(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get offsetMs() {
      return offsetMs;
    },
  };
}
