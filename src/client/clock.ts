/** The header has whole seconds: the true time is up to this much later. */
const DATE_STEP_MS = 1000;

/**
 * The platform's time, from the `Date` of its answers: each one bounds how far our clock is off, and together
 * they bound it to less than the second that one of them tells.
 */
export class PlatformClock {
  #least = Number.NEGATIVE_INFINITY;
  #most = Number.POSITIVE_INFINITY;

  /** Takes note of an answer's `Date`; the request went out at `sentMs`, its answer came now. */
  note(date: string | undefined, sentMs: number): void {
    const toldMs = date === undefined ? Number.NaN : Date.parse(date);
    if (Number.isNaN(toldMs)) return;
    const least = toldMs - Date.now();
    const most = toldMs + DATE_STEP_MS - sentMs;
    const isSame = least <= this.#most && most >= this.#least;
    // A clock that was set since then: only the newest answer counts.
    this.#least = isSame ? Math.max(least, this.#least) : least;
    this.#most = isSame ? Math.min(most, this.#most) : most;
  }

  /** How far the platform's clock is ahead of ours, in milliseconds; 0 while nothing is known. */
  get aheadMs(): number {
    if (this.#least > this.#most || !Number.isFinite(this.#least)) return 0;
    return this.#least <= 0 && this.#most >= 0 ? 0 : (this.#least + this.#most) / 2;
  }

  /** Unix milliseconds there, as near as is known. */
  nowMs(): number {
    return Date.now() + this.aheadMs;
  }
}
