import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { firstIndex } from "../first-index.ts";
import { ENTRY_BYTES, type LogPaths } from "./writer.ts";

const CHUNK_BYTES = 64 * 1024;
const LINE_BYTES = 1024;
const NEW_LINE = 10;

/** A part of a log, in bytes from its start; `end` is where a following part begins. */
export interface LogRange {
  start: number;
  end: number;
}

/** Reads one job's log, synchronously: a trip through the thread pool costs many times the copy. */
export class LogReader {
  /** Bytes of text when it was opened. */
  readonly size: number;
  readonly times: ReturnType<typeof openTimes>;
  readonly #text: number;
  readonly #index: number;

  private constructor(text: number, index: number) {
    this.#text = text;
    this.#index = index;
    this.times = openTimes(index);
    this.size = fstatSync(text).size;
  }

  static open(paths: LogPaths): LogReader | undefined {
    const text = openIfThere(paths.text);
    if (text === undefined) return undefined;
    const index = openIfThere(paths.index);
    if (index !== undefined) return new LogReader(text, index);
    closeSync(text);
    return undefined;
  }

  close(): void {
    closeSync(this.#text);
    closeSync(this.#index);
  }

  /** Offset of the first byte written at a time for which `reached` is true; for later ones it is, too. */
  firstAt(reached: (ms: number) => boolean): number {
    return Math.min(this.times.firstAt(reached) ?? this.size, this.size);
  }

  /** The first start of a line at `offset` or behind it. */
  lineStart(offset: number): number {
    if (offset === 0 || offset >= this.size) return Math.min(offset, this.size);
    let bytes = LINE_BYTES;
    for (let at = offset - 1; at < this.size; bytes = CHUNK_BYTES) {
      const chunk = this.#slice(at, Math.min(at + bytes, this.size));
      const found = chunk.indexOf(NEW_LINE);
      if (found >= 0) return at + found + 1;
      if (chunk.length === 0) break;
      at += chunk.length;
    }
    return this.size;
  }

  /** The end of the last complete line that starts before `offset`. */
  completeBefore(offset: number): number {
    const end = this.lineStart(offset);
    return end < this.size ? end : this.#lastLineEnd();
  }

  /** Whether the last line of a range that reaches the end lacks its end. */
  lineIsOpen({ start, end }: LogRange): boolean {
    return start < end && this.#slice(end - 1, end)[0] !== NEW_LINE;
  }

  *bytes({ start, end }: LogRange): Generator<Buffer> {
    for (let at = start; at < end; ) {
      const chunk = this.#slice(at, Math.min(at + CHUNK_BYTES, end));
      if (chunk.length === 0) return;
      at += chunk.length;
      yield chunk;
    }
  }

  #lastLineEnd(): number {
    for (let end = this.size; end > 0; end -= CHUNK_BYTES) {
      const start = Math.max(0, end - CHUNK_BYTES);
      const found = this.#slice(start, end).lastIndexOf(NEW_LINE);
      if (found >= 0) return start + found + 1;
    }
    return 0;
  }

  #slice(start: number, end: number): Buffer {
    const buffer = Buffer.allocUnsafe(end - start);
    return buffer.subarray(0, readSync(this.#text, buffer, 0, buffer.length, start));
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch {
    return undefined;
  }
}

/** How the time in front of a line is written: microseconds (archive) or nanoseconds (live). Source: protocol reference 4.2. */
export type Stamp = "micro" | "nano";

/** Lines of a range, each behind its time and a space. A range may begin within a line: that gets no time. */
export function* stampLines(file: LogReader, { start, end }: LogRange, stamp: Stamp): Generator<Uint8Array> {
  const timeAt = file.times.from(start);
  let isLineStart = start === 0 || !file.lineIsOpen({ start: 0, end: start });
  let offset = start;
  for (const chunk of file.bytes({ start, end })) {
    // One character per byte: whatever the bytes mean, they come out as they went in.
    const text = chunk.toString("latin1");
    let stamped = "";
    for (let at = 0; at < text.length; ) {
      const { atMs, endsAt } = timeAt(offset + at);
      const written = linesUntil(text, { at, endsAt: endsAt - offset });
      const time = `${timeText(atMs, stamp)} `;
      stamped += `${isLineStart ? time : ""}${written.text.replaceAll("\n", `\n${time}`)}${written.newLine}`;
      isLineStart = written.newLine !== "";
      at += written.text.length + written.newLine.length;
    }
    offset += chunk.length;
    yield Buffer.from(stamped, "latin1");
  }
}

/** From `at` on, as many lines as begin before `endsAt`, and the end of the last one as far as it is there. */
function linesUntil(text: string, { at, endsAt }: { at: number; endsAt: number }) {
  const found = text.indexOf("\n", Math.max(at, endsAt - 1));
  const end = found < 0 && text.endsWith("\n") ? text.length - 1 : found;
  return end < 0 ? { text: text.slice(at), newLine: "" } : { text: text.slice(at, end), newLine: "\n" };
}

function timeText(atMs: number, stamp: Stamp): string {
  const seconds = Math.floor(atMs / 1000);
  const micros = String(Math.floor((atMs - seconds * 1000) * 1000)).padStart(6, "0");
  return `${new Date(seconds * 1000).toISOString().slice(0, 20)}${micros}${stamp === "nano" ? "000" : ""}Z`;
}

/** Entries read at once. */
const BLOCK = 1024;

/** Pairs of Unix milliseconds and the offset written from then on; millions of them are searched in the file. */
function openTimes(file: number) {
  const read = (number: number, count = BLOCK) => {
    const pairs = new Float64Array(2 * count);
    const bytesRead = readSync(file, pairs, 0, pairs.byteLength, number * ENTRY_BYTES);
    return pairs.subarray(0, 2 * Math.floor(bytesRead / ENTRY_BYTES));
  };
  const first = (reached: (atMs: number, offset: number) => boolean) =>
    firstIndex(Math.floor(fstatSync(file).size / ENTRY_BYTES), (index) => {
      const [atMs, offset] = read(index, 1);
      return atMs === undefined || offset === undefined || reached(atMs, offset);
    });
  return {
    /** Offset of the first byte written at a time for which `reached` is true; for later ones it is, too. */
    firstAt: (reached: (ms: number) => boolean): number | undefined => read(first(reached), 1)[1],
    /** Tells of ever later offsets when what is there was written, and where what came later begins. */
    from(start: number): (offset: number) => { atMs: number; endsAt: number } {
      let number = Math.max(0, first((_atMs, offset) => offset > start) - 1);
      let [pairs, next] = [read(number), 0];
      let [atMs = 0] = pairs;
      return (offset) => {
        for (;;) {
          if (next === pairs.length) {
            number += pairs.length / 2;
            [pairs, next] = [read(number), 0];
          }
          const [laterMs = 0, endsAt = Number.POSITIVE_INFINITY] = pairs.subarray(next, next + 2);
          if (endsAt > offset) return { atMs, endsAt };
          atMs = laterMs;
          next += 2;
        }
      };
    },
  };
}
