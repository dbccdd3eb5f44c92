import type { LogLine } from "./lines.ts";
import { type Cursor, SameTime } from "./same-time.ts";

/** Keeps the newest lines within a number of lines and of bytes of text. */
export class LineRing {
  readonly #limit: { lines: number; bytes: number };
  #kept: LogLine[] = [];
  #first = 0;
  #bytes = 0;
  #lost = false;
  readonly #dropped: SameTime;

  /** Takes the lines behind `floor`, if that is given. */
  constructor(limit: { lines: number; bytes: number }, floor?: Cursor) {
    this.#limit = limit;
    this.#dropped = new SameTime(floor);
  }

  /** Whether older lines were dropped. */
  get lost(): boolean {
    return this.#lost;
  }

  /** The newest of the lines dropped so far, and how many of its time were: the place before the first kept. */
  get before(): Cursor | undefined {
    return this.#dropped.cursor;
  }

  get #size(): number {
    return this.#kept.length - this.#first;
  }

  push(line: LogLine): void {
    this.#kept.push(line);
    this.#bytes += line.text.length + 1;
    while (this.#size > this.#limit.lines || (this.#bytes > this.#limit.bytes && this.#size > 1))
      this.#drop();
  }

  /** Oldest first. */
  lines(): LogLine[] {
    return this.#kept.slice(this.#first);
  }

  #drop(): void {
    const line = this.#kept[this.#first];
    if (line !== undefined) this.#dropped.saw(line);
    this.#bytes -= (line?.text.length ?? 0) + 1;
    this.#first += 1;
    this.#lost = true;
    if (this.#first > 1024 && this.#first * 2 > this.#kept.length) {
      this.#kept = this.#kept.slice(this.#first);
      this.#first = 0;
    }
  }
}
