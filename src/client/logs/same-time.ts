import { type LogLine, timeKey } from "./lines.ts";

/** A place in a log: a time, and how many lines of that time are before it. */
export interface Cursor {
  time: string;
  count: number;
}

/** Counts the lines that share the newest timestamp, and knows on which side of a cursor a line is. */
export class SameTime {
  #cursor: Cursor | undefined;
  #key: string | undefined;
  #skip: { key: string; left: number } | undefined;

  constructor(after?: Cursor) {
    this.#cursor = after;
    if (after === undefined) return;
    this.#key = timeKey(after.time);
    this.#skip = { key: this.#key, left: after.count };
  }

  get cursor(): Cursor | undefined {
    return this.#cursor;
  }

  /** Whether all lines before the cursor that was given have come. */
  get isPast(): boolean {
    return this.#skip === undefined || this.#skip.left <= 0;
  }

  /** Whether the line, one of those that come in order, is before the cursor. */
  isOld({ time }: LogLine): boolean {
    const skip = this.#skip;
    if (skip === undefined || time === undefined) return false;
    const key = timeKey(time);
    if (key > skip.key) skip.left = 0;
    if (key !== skip.key) return key < skip.key;
    skip.left -= 1;
    return skip.left >= 0;
  }

  saw({ time, open }: Pick<LogLine, "time" | "open">): void {
    if (time === undefined || open === true) return;
    const key = timeKey(time);
    const count = key === this.#key ? (this.#cursor?.count ?? 0) + 1 : 1;
    this.#key = key;
    this.#cursor = { time, count };
  }
}
