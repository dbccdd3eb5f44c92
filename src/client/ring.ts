import type { LogLine } from "./lines.ts";

/** Keeps the newest lines within a number of lines and of bytes of text. */
export class LineRing {
  readonly #limit: { lines: number; bytes: number };
  #kept: LogLine[] = [];
  #first = 0;
  #bytes = 0;
  #lost = false;

  constructor(limit: { lines: number; bytes: number }) {
    this.#limit = limit;
  }

  /** Whether older lines were dropped. */
  get lost(): boolean {
    return this.#lost;
  }

  get size(): number {
    return this.#kept.length - this.#first;
  }

  push(line: LogLine): void {
    this.#kept.push(line);
    this.#bytes += line.text.length + 1;
    while (this.size > this.#limit.lines || (this.#bytes > this.#limit.bytes && this.size > 1)) this.#drop();
  }

  /** Oldest first. */
  lines(): LogLine[] {
    return this.#kept.slice(this.#first);
  }

  #drop(): void {
    this.#bytes -= (this.#kept[this.#first]?.text.length ?? 0) + 1;
    this.#first += 1;
    this.#lost = true;
    if (this.#first > 1024 && this.#first * 2 > this.#kept.length) {
      this.#kept = this.#kept.slice(this.#first);
      this.#first = 0;
    }
  }
}
