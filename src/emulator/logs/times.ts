import { closeSync, fstatSync, readSync } from "node:fs";
import { ENTRY_BYTES } from "./writer.ts";

/** Entries read at once. */
const BLOCK = 1024;

/** Entries of an index: what was written from an offset on was written at a time, Unix milliseconds. */
class Entries {
  readonly length: number;
  readonly #numbers: Float64Array;

  constructor(numbers: Float64Array, length: number) {
    this.#numbers = numbers;
    this.length = length;
  }

  atMs(index: number): number {
    return this.#numbers[2 * index] ?? 0;
  }

  offset(index: number): number {
    return this.#numbers[2 * index + 1] ?? 0;
  }
}

/** For which entries of an index something is true: from one on it always is. */
type Reached = (entries: Entries, index: number) => boolean;

/** The index of a log by time. A long log has millions of entries: they are searched in the file. */
export class LogTimes {
  readonly #file: number;

  constructor(file: number) {
    this.#file = file;
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Offset of the first byte written at a time for which `reached` is true; for later ones it is, too. */
  firstAt(reached: (ms: number) => boolean): number | undefined {
    const entries = this.read(
      this.#first((all, index) => reached(all.atMs(index))),
      1,
    );
    return entries.length === 0 ? undefined : entries.offset(0);
  }

  /** Tells the times of offsets from this one on. */
  from(offset: number): TimesOnward {
    const behind = this.#first((all, index) => all.offset(index) > offset);
    return new TimesOnward(this, Math.max(0, behind - 1));
  }

  read(number: number, count = BLOCK): Entries {
    const numbers = new Float64Array(2 * count);
    const bytes = new Uint8Array(numbers.buffer);
    const bytesRead = readSync(this.#file, bytes, 0, bytes.length, number * ENTRY_BYTES);
    return new Entries(numbers, Math.floor(bytesRead / ENTRY_BYTES));
  }

  /** The number of the first entry for which `reached` is true. */
  #first(reached: Reached): number {
    let [low, high] = [0, Math.floor(fstatSync(this.#file).size / ENTRY_BYTES)];
    while (high - low > BLOCK) {
      const middle = (low + high) >> 1;
      const entries = this.read(middle, 1);
      if (entries.length === 0 || reached(entries, 0)) high = middle;
      else low = middle + 1;
    }
    const entries = this.read(low, high - low);
    let [least, most] = [0, entries.length];
    while (least < most) {
      const middle = (least + most) >> 1;
      if (reached(entries, middle)) most = middle;
      else least = middle + 1;
    }
    return low + least;
  }
}

/** Tells the times of ever later offsets. */
export class TimesOnward {
  readonly #times: LogTimes;
  #ahead: Entries;
  #next = 0;
  #number: number;
  #atMs: number;

  /** Begins with the entry of this number. */
  constructor(times: LogTimes, number: number) {
    this.#times = times;
    this.#ahead = times.read(number);
    this.#number = number + this.#ahead.length;
    this.#atMs = this.#ahead.atMs(0);
  }

  /** When what is at `offset` was written, Unix milliseconds, and where what was written later begins. */
  at(offset: number): { atMs: number; endsAt: number } {
    for (;;) {
      if (this.#next === this.#ahead.length && !this.#load())
        return { atMs: this.#atMs, endsAt: Number.POSITIVE_INFINITY };
      const endsAt = this.#ahead.offset(this.#next);
      if (endsAt > offset) return { atMs: this.#atMs, endsAt };
      this.#atMs = this.#ahead.atMs(this.#next);
      this.#next += 1;
    }
  }

  #load(): boolean {
    this.#ahead = this.#times.read(this.#number);
    this.#number += this.#ahead.length;
    this.#next = 0;
    return this.#ahead.length > 0;
  }
}
