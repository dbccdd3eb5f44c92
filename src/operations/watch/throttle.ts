/**
 * Runs `action` at the first request and then at most once per interval; a request in between is made up for
 * when the interval is over, so the last one is never lost.
 */
export class Throttle {
  readonly #action: () => void;
  readonly #intervalMs: number;
  #lastMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(action: () => void, intervalMs: number) {
    this.#action = action;
    this.#intervalMs = intervalMs;
  }

  request(): void {
    if (this.#timer !== undefined) return;
    const waitMs = this.#lastMs + this.#intervalMs - performance.now();
    if (waitMs <= 0) this.#run();
    else this.#timer = setTimeout(() => this.#run(), waitMs).unref();
  }

  /** Drops what is still to be made up for. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #run(): void {
    this.close();
    this.#lastMs = performance.now();
    this.#action();
  }
}
