import type { Cut } from "./long-line.ts";

const NEWLINE = 10;
const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:?\d\d) ?/;

/** One line of a log, as printed; `time` as the platform wrote it. */
export interface LogLine {
  time?: string;
  text: string;
  /** Not finished: more of it may follow, and no cursor leads past it. */
  open?: true;
  /** Characters of a very long line that are not in `text`. */
  cut?: Cut;
}

/** Cuts bytes into lines; characters may be split anywhere. */
export class LineSplitter {
  readonly #maxBytes: number;
  readonly #tooLong: () => Error;
  #parts: Uint8Array[] = [];
  #bytes = 0;

  /** `tooLong` makes the error for a line longer than `maxBytes`: memory stays bounded. */
  constructor(maxBytes: number, tooLong: () => Error) {
    this.#maxBytes = maxBytes;
    this.#tooLong = tooLong;
  }

  /** The lines that `chunk` completes. */
  push(chunk: Uint8Array): string[] {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    const first = bytes.indexOf(NEWLINE);
    if (first < 0) {
      this.#keep(bytes);
      return [];
    }
    const last = bytes.lastIndexOf(NEWLINE);
    this.#keep(bytes.subarray(0, first));
    const lines = [this.#take()];
    // All whole lines are decoded at once: a call for each would cost more than the line.
    if (last > first)
      for (const line of bytes.toString("utf8", first + 1, last).split("\n")) lines.push(this.#bounded(line));
    this.#keep(bytes.subarray(last + 1));
    return lines;
  }

  /** What came after the last newline. */
  rest(): string | undefined {
    return this.#bytes === 0 ? undefined : this.#take();
  }

  #bounded(line: string): string {
    if (line.length > this.#maxBytes) throw this.#tooLong();
    return line;
  }

  #keep(piece: Uint8Array): void {
    if (this.#bytes + piece.length > this.#maxBytes) throw this.#tooLong();
    if (piece.length === 0) return;
    this.#parts.push(piece);
    this.#bytes += piece.length;
  }

  #take(): string {
    const [first] = this.#parts;
    const bytes = this.#parts.length === 1 && first ? first : Buffer.concat(this.#parts, this.#bytes);
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
    this.#parts = [];
    this.#bytes = 0;
    return text;
  }
}

/** Takes the timestamp off a line read with `timestamps=true`. Source: protocol reference 4.2. */
export function parseStamped(line: string): LogLine {
  const found = STAMP.exec(line);
  if (found === null) return { text: line };
  return { time: found[0].trimEnd(), text: line.slice(found[0].length) };
}

/**
 * A key that orders timestamps by text: the archive keeps microseconds and the live part nanoseconds of the
 * same line, so both are cut to microseconds.
 */
export function timeKey(time: string): string {
  const found = STAMP.exec(time);
  if (found?.[1] === undefined) return "";
  const fraction = (found[2] ?? ".").slice(1, 7).padEnd(6, "0");
  if (found[3] === "Z" || found[3] === "+00:00") return `${found[1]}.${fraction}`;
  const seconds = new Date(`${found[1]}${found[3]}`).toISOString().slice(0, 19);
  return `${seconds}.${fraction}`;
}
