import { type Call, type CallSignal, signalOf } from "../call.ts";
import { noResultWithin } from "../limit.ts";

/** How long the platform may be silent, in milliseconds. */
interface Patience {
  /** Until it answers at all. */
  answerMs: number;
  /** While something is waited for, an answer included; 0 = for ever. */
  idleMs: number;
}

/**
 * One attempt of a call: its signal fires with the caller's, when the call's time is over, or after a silence.
 * Whoever opened it calls `close`.
 */
export class Attempt {
  readonly #own: CallSignal;
  readonly #idleMs: number;
  #silence: NodeJS.Timeout | undefined;
  #isResting = false;
  #isUnanswered = false;

  constructor(call: Call, { answerMs, idleMs }: Patience) {
    this.#own = signalOf(call);
    this.#idleMs = idleMs;
    if (idleMs > 0 && idleMs <= answerMs) this.#listen();
    else this.#silence = setTimeout(() => this.#giveUp(answerMs), answerMs);
  }

  get signal(): AbortSignal {
    return this.#own.signal;
  }

  /** Whether it was given up for want of an answer; the call may go on. */
  get isUnanswered(): boolean {
    return this.#isUnanswered;
  }

  /** From now on what comes may take as long as the call, if there is no silence in it. */
  answered(): void {
    clearTimeout(this.#silence);
    this.#silence = undefined;
    if (this.#idleMs > 0) this.#listen();
  }

  /** Restarts the idle clock. */
  touch(): void {
    this.#isResting = false;
    this.#silence?.refresh();
  }

  /** Stops the idle clock until the next touch, while the reader is busy. */
  rest(): void {
    this.#isResting = true;
  }

  close(): void {
    clearTimeout(this.#silence);
    this.#own.close();
  }

  #listen(): void {
    this.#silence = setTimeout(() => {
      if (!this.#isResting) this.#own.timeOut(`nothing received for ${this.#idleMs} ms`);
    }, this.#idleMs);
  }

  #giveUp(answerMs: number): void {
    this.#isUnanswered = !this.signal.aborted;
    this.#own.timeOut(noResultWithin(answerMs));
  }
}
