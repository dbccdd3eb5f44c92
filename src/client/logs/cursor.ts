import { type LogLine, timeKey } from "./lines.ts";
import type { Passed } from "./sieved.ts";

/** A place in a log: a time, and how many lines of that time are before it. */
export interface Cursor {
  time: string;
  count: number;
}

/** Keeps the cursor behind the lines seen, and knows which lines are before the cursor it began at. */
export class SameTime {
  #cursor: Cursor | undefined;
  #key: string | undefined;
  /** Lines of the first cursor's time that are still to be passed over. */
  #skip: { key: string; left: number } | undefined;
  /** Lines without a time seen since the cursor, and how many of those are to come again. */
  #untimed = 0;
  #untimedAgain = 0;
  #isAgain = false;

  constructor(after?: Cursor) {
    this.#cursor = after;
    if (after === undefined) return;
    this.#key = timeKey(after.time);
    this.#skip = { key: this.#key, left: after.count };
  }

  get cursor(): Cursor | undefined {
    return this.#cursor;
  }

  /** For a new connection that reads from the cursor's time on: what was seen is old there. */
  again(): SameTime {
    const next = new SameTime(this.#cursor);
    next.#isAgain = true;
    next.#untimed = this.#untimed;
    next.#untimedAgain = this.#untimed;
    return next;
  }

  /**
   * Whether the next line is before the cursor. Has to be asked for every line, in order; an unfinished one is not
   * counted, because it comes again.
   */
  isOld({ time, open }: LogLine): boolean {
    const counts = open === true ? 0 : 1;
    const skip = this.#skip;
    if (time === undefined) return this.#isUntimedOld(counts);
    if (skip === undefined) return false;
    const key = timeKey(time);
    if (key > skip.key) skip.left = 0;
    if (key !== skip.key) return key < skip.key;
    const isOld = skip.left > 0;
    skip.left -= counts;
    return isOld;
  }

  saw({ time, open }: Pick<LogLine, "time" | "open">): void {
    if (open === true) return;
    if (time === undefined) {
      this.#untimed += 1;
      return;
    }
    const key = timeKey(time);
    const count = key === this.#key ? (this.#cursor?.count ?? 0) + 1 : 1;
    this.#key = key;
    this.#cursor = { time, count };
    this.#untimed = 0;
    this.#untimedAgain = 0;
  }

  sawPassed({ time, passed, sameTime }: Passed): void {
    const key = timeKey(time);
    const before = key === this.#key && sameTime === passed ? (this.#cursor?.count ?? 0) : 0;
    this.#key = key;
    this.#cursor = { time, count: before + sameTime };
    this.#untimed = 0;
    this.#untimedAgain = 0;
  }

  /** No cursor stands behind a line without a time, so that these are counted on a new connection. */
  #isUntimedOld(counts: number): boolean {
    if (!this.#isAgain) return false;
    if (this.#skip !== undefined && this.#skip.left > 0) return true;
    const isOld = this.#untimedAgain > 0;
    this.#untimedAgain -= counts;
    return isOld;
  }
}
