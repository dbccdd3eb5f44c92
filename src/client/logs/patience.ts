/** Silence after which everything has come: in the live part; and at most where the archive may still go on. */
const LIVE_QUIET_MS = 150;
const ARCHIVE_QUIET_MS = 600;
/** How many times as slow as at its slowest so far the platform may become. */
const SLOWING = 6;

/** How long to wait for the first bytes, in milliseconds: `most`, and down to `least` where the log opened fast. */
export interface Silence {
  least: number;
  most: number;
}

/** For a part of a log: an empty part is silent, and a larger one is read next. */
export const PART_SILENCE: Silence = { least: 50, most: 300 };

/** The same where the first bytes of other parts took `firstMs`, or nothing has come yet. */
export function silenceOfPart(longest: Silence, firstMs: number): Silence {
  const bound = (ms: number) => Math.min(longest.most, Math.max(ms, firstMs * 4));
  return { least: bound(PART_SILENCE.least), most: bound(PART_SILENCE.most) };
}

/** How long to wait for the next bytes of a log: longer where the platform has shown that it is slow. */
export class Patience {
  /** How long the first bytes took once the log was open, in milliseconds; 0 until they come. */
  firstMs = 0;
  readonly #openedMs: number;
  readonly #openingMs: number;
  #slowestMs: number;
  #heardMs: number | undefined;

  /** Times as `performance.now()` counts. */
  constructor({ askedMs, openedMs }: { askedMs: number; openedMs: number }) {
    this.#openedMs = openedMs;
    this.#openingMs = openedMs - askedMs;
    this.#slowestMs = this.#openingMs;
  }

  get isHeard(): boolean {
    return this.#heardMs !== undefined;
  }

  heard(nowMs: number): void {
    const gapMs = nowMs - (this.#heardMs ?? this.#openedMs);
    if (!this.isHeard) this.firstMs = gapMs;
    this.#slowestMs = Math.max(this.#slowestMs, gapMs);
    this.#heardMs = nowMs;
  }

  firstLeftMs({ least, most }: Silence, nowMs: number): number {
    const waitMs = Math.min(most, Math.max(least, SLOWING * this.#openingMs));
    return Math.max(0, this.#openedMs + waitMs - nowMs);
  }

  /** The silence behind what has come that means that nothing follows. */
  quietMs({ isLive }: { isLive: boolean }): number {
    if (isLive) return LIVE_QUIET_MS;
    return Math.min(ARCHIVE_QUIET_MS, Math.max(LIVE_QUIET_MS, SLOWING * this.#slowestMs));
  }
}
