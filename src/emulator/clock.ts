/** The longest a timer can wait. */
const LONGEST_MS = 2 ** 31 - 1;

/** The emulator's time. It runs with the machine's and can be moved forward, never back. */
export class Clock {
  #offsetMs = 0;
  readonly #listeners = new Set<() => void>();

  /** Unix milliseconds, rounded to microseconds as the platform shows them. */
  nowMs(): number {
    return Math.round((performance.timeOrigin + performance.now() + this.#offsetMs) * 1000) / 1000;
  }

  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** Moves the clock forward. @throws {RangeError} on a negative or non-finite step. */
  advance(ms: number): void {
    if (!Number.isFinite(ms) || ms < 0) throw new RangeError(`Cannot move the clock by ${ms} ms.`);
    this.#offsetMs += ms;
    for (const listener of this.#listeners) listener();
  }

  /** Calls back after each move of the clock, until the returned function is called. */
  onAdvance(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls back once the clock reaches a time; the returned function cancels that. */
  ringAt(atMs: number, ring: () => void): () => void {
    let timer: NodeJS.Timeout | undefined;
    const check = () => {
      if (this.nowMs() < atMs) return wait();
      stop();
      ring();
    };
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(check, Math.min(Math.max(atMs - this.nowMs(), 0), LONGEST_MS)).unref();
    };
    const stopListening = this.onAdvance(wait);
    const stop = () => {
      clearTimeout(timer);
      stopListening();
    };
    wait();
    return stop;
  }
}
