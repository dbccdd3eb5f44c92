const FIRST_MS = 30_000;
const WIDENING = 8;
const MOST_WIDENING = 64;
/** Asks for more than is wanted, since lines do not come evenly. */
const MARGIN = 1.5;
/** Windows closer together than this are one. */
const NEAREST_MS = 2;
const MOST_STEPS = 40;
/** Behind silence a window may reach back this many times as far, beyond what is sure not to be too much. */
const GALLOP = 3;
/** How much of what may be read a window is to hold where it is unknown when the log ended, and where it is known. */
const FIRST_FILL = 0.6;
const FILL = 0.9;
const LEAST_SPAN_MS = 0.1;

/** Where a window begins; it reaches to the end of the log. */
export interface Step {
  fromMs: number;
  /** Nothing was printed later, as far as is known. */
  endMs: number;
  /** It begins where the log (or what is wanted of it) does. */
  isWhole: boolean;
  /** No size lies between too little and too much: this window is read in any case. */
  isLast: boolean;
  /** It may be given up for what its beginning foretells. */
  foresees: boolean;
  /** None was given up so, or that is no longer trusted. */
  isSure: boolean;
}

/** What is looked for, between the start of a log and its assumed end. */
interface Aim {
  startMs: number;
  endMs: number;
  /** How many lines are wanted, or how many bytes if those are fewer. */
  lines: number;
  bytes: number;
  /** How many bytes a window may hold. */
  budget: number;
}

/** What a window held. */
interface Held {
  isTooMuch: boolean;
  /** It was not read so far as to be sure of that. */
  isForeseen: boolean;
  lines: readonly unknown[];
  linesRead: number;
  bytes: number;
  span: Span | undefined;
}

/** Unix milliseconds of the first and the last line with a time that was read. */
export interface Span {
  firstMs: number;
  lastMs: number;
}

/** Of the first and the last line that was read. */
export class Times {
  #first: string | undefined;
  #last = "";

  saw(time: string): void {
    this.#first ??= time;
    this.#last = time;
  }

  get span(): Span | undefined {
    return this.#first === undefined
      ? undefined
      : { firstMs: Date.parse(this.#first), lastMs: Date.parse(this.#last) };
  }
}

/**
 * Finds a window before the end that holds enough lines and not far too many: begins small, grows by what it held,
 * and closes in where the log is so dense that one held too much.
 */
export class WindowPlan {
  readonly #aim: Aim;
  #endMs: number;
  /** Nothing was printed later: the last line's time, or where silence began. */
  #latestMs: number | undefined;
  /** Beginning here is too early: the window holds too much. */
  #tooEarlyMs: number | undefined;
  /** Beginning here is too late: too few lines. */
  #knownTooLateMs: number | undefined;
  #fromMs: number;
  #isLast = false;
  #foresees = true;
  #hasForeseen = false;
  #steps = 0;
  #pace: Pace = { linesPerMs: 1, bytesPerMs: 1 };

  constructor(aim: Aim) {
    this.#aim = aim;
    this.#endMs = Math.max(aim.startMs, aim.endMs);
    this.#fromMs = this.#endMs - FIRST_MS;
  }

  first(): Step {
    return this.#step(this.#fromMs, false);
  }

  /** `endMs` is the log's assumed end by now: it may have grown. */
  next(held: Held, endMs: number): Step {
    this.#hasForeseen ||= held.isForeseen;
    // The last one was not enough: none was too early that only seemed so.
    if (this.#isLast) this.#forget();
    this.#steps += 1;
    this.#endMs = Math.max(this.#aim.startMs, endMs);
    const { isTooMuch, span } = held;
    this.#pace = paceOf(held) ?? this.#pace;
    if (isTooMuch) this.#tooEarlyMs = this.#surelyTooEarly(held);
    else {
      this.#knownTooLateMs = this.#fromMs;
      this.#latestMs = span?.lastMs ?? this.#fromMs;
    }
    const earliest = this.#tooEarlyMs;
    if (earliest === undefined) return this.#step(this.#endMs - this.#wider(held), false);
    // The log goes on past its assumed end: begin where reading has come to.
    if (earliest >= this.#tooLateMs) this.#knownTooLateMs = Math.max(this.#endMs, earliest + FIRST_MS);
    const isClose = this.#tooLateMs - earliest < NEAREST_MS || this.#steps > MOST_STEPS;
    return this.#step(
      isClose ? earliest : this.#between(earliest, isTooMuch ? undefined : span?.lastMs),
      isClose,
    );
  }

  #forget(): void {
    this.#tooEarlyMs = undefined;
    this.#foresees = false;
    this.#steps = 0;
  }

  get #tooLateMs(): number {
    return this.#knownTooLateMs ?? this.#endMs;
  }

  /** Up to where reading has come there are enough lines behind this. */
  #surelyTooEarly({ isForeseen, span }: Held): number {
    return Math.max(this.#fromMs, isForeseen || span === undefined ? 0 : span.lastMs - this.#widthMs);
  }

  /** What is wanted takes so long at the pace seen. */
  get #widthMs(): number {
    const { linesPerMs, bytesPerMs } = this.#pace;
    return MARGIN * Math.min((this.#aim.lines + 1) / linesPerMs, this.#aim.bytes / bytesPerMs);
  }

  /** Where enough lines begin at the pace seen. */
  #between(earliestMs: number, lastAtMs: number | undefined): number {
    const guessMs = lastAtMs === undefined ? this.#behindSilence(earliestMs) : lastAtMs - this.#widthMs;
    const isInside = guessMs > earliestMs && guessMs < this.#tooLateMs - NEAREST_MS / 2;
    return isInside ? guessMs : this.#middle(earliestMs);
  }

  /** When the last line was printed is unknown: as early as cannot be too much, or ever earlier. */
  #behindSilence(earliestMs: number): number {
    const roomMs = this.#aim.budget / this.#pace.bytesPerMs;
    const silenceMs = this.#endMs - this.#tooLateMs;
    if (silenceMs <= 0) return this.#endMs - Math.max(this.#widthMs, FIRST_FILL * roomMs);
    const farther = Math.max(this.#endMs - GALLOP * silenceMs, this.#middle(earliestMs));
    return Math.min(this.#tooLateMs - FILL * roomMs, farther);
  }

  #middle(earliestMs: number): number {
    const [most, least] = [this.#endMs - earliestMs, this.#endMs - this.#tooLateMs];
    return least > 0 ? this.#endMs - Math.sqrt(most * least) : (earliestMs + this.#tooLateMs) / 2;
  }

  #wider({ lines, span }: Held): number {
    const widthMs = this.#endMs - this.#fromMs;
    const measured = span === undefined ? 0 : ((this.#aim.lines + 1) / Math.max(1, lines.length)) * MARGIN;
    return widthMs * Math.min(MOST_WIDENING, Math.max(WIDENING, measured));
  }

  #step(fromMs: number, isLast: boolean): Step {
    const { startMs } = this.#aim;
    const isWhole = fromMs <= startMs;
    this.#fromMs = isWhole ? startMs : fromMs;
    this.#isLast = isLast;
    const [foresees, isSure] = [this.#foresees, !this.#foresees || !this.#hasForeseen];
    return { fromMs: this.#fromMs, endMs: this.#latestMs ?? this.#endMs, isWhole, isLast, foresees, isSure };
  }
}

/** How much is printed in a millisecond. */
interface Pace {
  linesPerMs: number;
  bytesPerMs: number;
}

function paceOf({ span, linesRead, bytes }: Held): Pace | undefined {
  if (span === undefined) return undefined;
  const spanMs = Math.max(LEAST_SPAN_MS, span.lastMs - span.firstMs);
  return { linesPerMs: linesRead / spanMs, bytesPerMs: bytes / spanMs };
}
