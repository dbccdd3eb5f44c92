import type { Value } from "./pairs.ts";

/** The most points kept of a history. */
export const MOST_POINTS = 50;

/** A value, and the line that said it. */
export interface Reading extends Pick<Value, "value" | "raw"> {
  line: string;
  /** When it was printed, ISO-8601. */
  time?: string | undefined;
}

/** What a job printed of one metric, in bounded memory. */
export class Series {
  /** As it was printed first. */
  readonly name: string;
  count = 0;
  /** Some value had decimals. */
  hasDecimals = false;
  #last: Reading;
  #least: Reading | undefined;
  #most: Reading | undefined;
  #points: number[] = [];
  #every = 1;

  constructor(name: string, first: Reading) {
    this.name = name;
    this.#last = first;
    this.add(first);
  }

  /** The newest one. */
  get last(): Reading {
    return this.#last;
  }

  /** Of the finite ones; undefined where there are none. */
  get least(): Reading | undefined {
    return this.#least;
  }

  get most(): Reading | undefined {
    return this.#most;
  }

  /** At most 50 of the values, each `every`th and the last. */
  get points(): { values: number[]; every: number } {
    const { value } = this.#last;
    const isLastIn = (this.count - 1) % this.#every === 0;
    const values = isLastIn ? this.#points : [...this.#points.slice(0, MOST_POINTS - 1), value];
    return { values: [...values], every: this.#every };
  }

  add(reading: Reading): void {
    const { value, raw } = reading;
    this.#last = reading;
    this.hasDecimals ||= raw.includes(".");
    if (Number.isFinite(value)) {
      if (this.#least === undefined || value < this.#least.value) this.#least = reading;
      if (this.#most === undefined || value > this.#most.value) this.#most = reading;
    }
    this.#thin(value);
    this.count += 1;
  }

  #thin(value: number): void {
    if (this.count % this.#every !== 0) return;
    if (this.#points.length === MOST_POINTS) {
      this.#points = this.#points.filter((_, index) => index % 2 === 0);
      this.#every *= 2;
      if (this.count % this.#every !== 0) return;
    }
    this.#points.push(value);
  }
}
