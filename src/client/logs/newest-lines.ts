import { type Cursor, SameTime } from "./cursor.ts";
import type { LogLine } from "./lines.ts";

/** Keeps the newest lines: at most so many, and so many bytes of text. */
export class NewestLines {
  readonly #limit: { lines: number; bytes: number };
  #kept: LogLine[] = [];
  #first = 0;
  #bytes = 0;
  readonly #dropped: SameTime;
  /** Whether older lines were dropped. */
  hasDropped = false;

  /** `after` is the place that the first line comes after. */
  constructor(limit: { lines: number; bytes: number }, after?: Cursor) {
    this.#limit = limit;
    this.#dropped = new SameTime(after);
  }

  /** The place before the first line kept, as far as one is known. */
  get start(): Cursor | undefined {
    const first = this.#kept[this.#first];
    if (first === undefined) return undefined;
    return this.#dropped.cursor ?? (first.time === undefined ? undefined : { time: first.time, count: 0 });
  }

  /** Oldest first. */
  get lines(): LogLine[] {
    return this.#kept.slice(this.#first);
  }

  push(line: LogLine): void {
    this.#kept.push(line);
    this.#bytes += line.text.length + 1;
    while (this.#size > this.#limit.lines || (this.#bytes > this.#limit.bytes && this.#size > 1))
      this.#drop();
  }

  get #size(): number {
    return this.#kept.length - this.#first;
  }

  #drop(): void {
    const line = this.#kept[this.#first];
    if (line === undefined) return;
    this.#dropped.saw(line);
    this.#bytes -= line.text.length + 1;
    this.#first += 1;
    this.hasDropped = true;
    if (this.#first * 2 > this.#kept.length) {
      this.#kept = this.#kept.slice(this.#first);
      this.#first = 0;
    }
  }
}
