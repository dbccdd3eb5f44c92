const FIRST_MS = 30_000;
const WIDENING = 8;
const MOST_WIDENING = 64;
/** Asks for more than is wanted, since lines do not come evenly. */
const MARGIN = 1.5;
/** Windows closer together than this are one. */
const NEAREST_MS = 2;
const MOST_STEPS = 40;
const GALLOP = 8;
const LEAST_SPAN_MS = 0.1;

/** Where a window begins; it reaches to the end of the log. */
export interface Step {
  fromMs: number;
  /** The assumed end of the log. */
  endMs: number;
  /** It begins where the log (or what is wanted of it) does. */
  isWhole: boolean;
  /** No size lies between too little and too much: this window is read in any case. */
  isLast: boolean;
}

/** What a window held. */
interface Held {
  isTooMuch: boolean;
  /** It was not read so far as to be sure of that. */
  isForeseen: boolean;
  lines: readonly unknown[];
  linesRead: number;
  /** Unix milliseconds of the first and the last line that was read. */
  firstAtMs: number | undefined;
  lastAtMs: number | undefined;
}

/**
 * Finds a window before the end that holds enough lines and not far too many: begins small, grows by what it held,
 * and closes in by halving where the log is so dense that one held too much.
 */
export class WindowPlan {
  readonly #startMs: number;
  #endMs: number;
  readonly #wanted: number;
  /** Beginning here is too early: the window holds too much. */
  #tooEarlyMs: number | undefined;
  /** Beginning here is too late: too few lines. */
  #knownTooLateMs: number | undefined;
  #fromMs: number;
  #steps = 0;
  #linesPerMs = 1;

  constructor({ startMs, endMs, lines }: { startMs: number; endMs: number; lines: number }) {
    this.#startMs = startMs;
    this.#endMs = Math.max(startMs, endMs);
    this.#wanted = lines + 1;
    this.#fromMs = this.#endMs - FIRST_MS;
  }

  first(): Step {
    return this.#step(this.#fromMs, false);
  }

  /** `endMs` is the log's assumed end by now: it may have grown. */
  next(held: Held, endMs: number): Step {
    this.#steps += 1;
    this.#endMs = Math.max(this.#startMs, endMs);
    const { isTooMuch, firstAtMs, lastAtMs } = held;
    if (firstAtMs !== undefined && lastAtMs !== undefined)
      this.#linesPerMs = held.linesRead / Math.max(LEAST_SPAN_MS, lastAtMs - firstAtMs);
    if (isTooMuch) this.#tooEarlyMs = this.#surelyTooEarly(held);
    else this.#knownTooLateMs = this.#fromMs;
    const earliest = this.#tooEarlyMs;
    if (earliest === undefined) return this.#step(this.#endMs - this.#wider(held), false);
    // The log goes on past its assumed end: begin where reading has come to.
    if (earliest >= this.#tooLateMs) this.#knownTooLateMs = Math.max(this.#endMs, earliest + FIRST_MS);
    const isClose = this.#tooLateMs - earliest < NEAREST_MS || this.#steps > MOST_STEPS;
    return this.#step(
      isClose ? earliest : this.#between(earliest, isTooMuch ? undefined : lastAtMs),
      isClose,
    );
  }

  get #tooLateMs(): number {
    return this.#knownTooLateMs ?? this.#endMs;
  }

  #surelyTooEarly({ isForeseen, lastAtMs = 0 }: Held): number {
    return Math.max(this.#fromMs, this.#startMs, isForeseen ? 0 : lastAtMs);
  }

  /** Where enough lines begin at the rate seen, counted from the true end or, ever further, from the assumed one. */
  #between(earliestMs: number, lastAtMs: number | undefined): number {
    const widthMs = (this.#wanted * MARGIN) / this.#linesPerMs;
    const guessMs =
      lastAtMs === undefined
        ? this.#endMs - Math.max(widthMs, GALLOP * (this.#endMs - this.#tooLateMs))
        : lastAtMs - widthMs;
    const isInside = guessMs > earliestMs && guessMs < this.#tooLateMs - NEAREST_MS / 2;
    if (isInside) return guessMs;
    const [most, least] = [this.#endMs - earliestMs, this.#endMs - this.#tooLateMs];
    return least > 0 ? this.#endMs - Math.sqrt(most * least) : (earliestMs + this.#tooLateMs) / 2;
  }

  #wider({ lines, firstAtMs }: Held): number {
    const widthMs = this.#endMs - this.#fromMs;
    const measured = firstAtMs === undefined ? 0 : (this.#wanted / Math.max(1, lines.length)) * MARGIN;
    return widthMs * Math.min(MOST_WIDENING, Math.max(WIDENING, measured));
  }

  #step(fromMs: number, isLast: boolean): Step {
    const isWhole = fromMs <= this.#startMs;
    this.#fromMs = isWhole ? this.#startMs : fromMs;
    return { fromMs: this.#fromMs, endMs: this.#endMs, isWhole, isLast };
  }
}
