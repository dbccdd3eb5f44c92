import { type FileHandle, open } from "node:fs/promises";
import { ENTRY_BYTES, type LogPaths } from "./writer.ts";

const CHUNK_BYTES = 64 * 1024;
const NEW_LINE = 10;

/** A part of a log, in bytes from its start; `end` is where a following part begins. */
export interface LogRange {
  start: number;
  end: number;
}

/** The reading side of one job's log. */
export class LogReader {
  /** Bytes of text when it was opened. */
  readonly size: number;
  readonly #text: FileHandle;
  readonly #index: FileHandle;
  /** The index as far as it was read: output from an offset on was written then, Unix milliseconds. */
  readonly #times: number[] = [];
  readonly #offsets: number[] = [];

  private constructor(text: FileHandle, index: FileHandle, size: number) {
    this.#text = text;
    this.#index = index;
    this.size = size;
  }

  /** Undefined if the job never wrote anything. */
  static async open(paths: LogPaths): Promise<LogReader | undefined> {
    const opened = [paths.text, paths.index].map(async (path) => open(path, "r").catch(() => undefined));
    const [text, index] = await Promise.all(opened);
    if (text !== undefined && index !== undefined) {
      const { size } = await text.stat();
      return new LogReader(text, index, size);
    }
    await Promise.all([text?.close(), index?.close()]);
    return undefined;
  }

  async close(): Promise<void> {
    await Promise.all([this.#text.close(), this.#index.close()]);
  }

  /** Offset of the first byte written at a time for which `reached` is true; for later ones it is, too. */
  async firstAt(reached: (ms: number) => boolean): Promise<number> {
    await this.readTimes();
    const offset = this.#offsets[firstIn(this.#times, reached)];
    return Math.min(offset ?? this.size, this.size);
  }

  /** The first start of a line at `offset` or behind it. */
  async lineStart(offset: number): Promise<number> {
    if (offset === 0 || offset >= this.size) return Math.min(offset, this.size);
    let at = offset - 1;
    for await (const chunk of this.bytes({ start: at, end: this.size })) {
      const found = chunk.indexOf(NEW_LINE);
      if (found >= 0) return at + found + 1;
      at += chunk.length;
    }
    return this.size;
  }

  /** The end of the last complete line that starts before `offset`. */
  async completeBefore(offset: number): Promise<number> {
    const end = await this.lineStart(offset);
    return end < this.size ? end : this.#lastLineEnd();
  }

  /** Whether the last line of a range that reaches the end lacks its end. */
  async lineIsOpen({ start, end }: LogRange): Promise<boolean> {
    return start < end && (await this.#slice(end - 1, end))[0] !== NEW_LINE;
  }

  async *bytes({ start, end }: LogRange): AsyncGenerator<Buffer> {
    for (let at = start; at < end; ) {
      const chunk = await this.#slice(at, Math.min(at + CHUNK_BYTES, end));
      if (chunk.length === 0) return;
      at += chunk.length;
      yield chunk;
    }
  }

  /** Reads the index as far as it has grown. */
  async readTimes(): Promise<void> {
    const known = this.#times.length * ENTRY_BYTES;
    const { size } = await this.#index.stat();
    const buffer = Buffer.alloc(size - known);
    const { bytesRead } = await this.#index.read(buffer, 0, buffer.length, known);
    for (let at = 0; at + ENTRY_BYTES <= bytesRead; at += ENTRY_BYTES) {
      this.#times.push(buffer.readDoubleLE(at));
      this.#offsets.push(buffer.readDoubleLE(at + 8));
    }
  }

  /** The number in the index of the time that an offset has. */
  entryOf(offset: number): number {
    return Math.max(0, firstIn(this.#offsets, (own) => own > offset) - 1);
  }

  /** Time and offset of an entry of the index, as far as it was read. */
  entry(number: number): { atMs: number; offset: number } | undefined {
    const [atMs, offset] = [this.#times[number], this.#offsets[number]];
    return atMs === undefined || offset === undefined ? undefined : { atMs, offset };
  }

  async #lastLineEnd(): Promise<number> {
    for (let end = this.size; end > 0; end -= CHUNK_BYTES) {
      const start = Math.max(0, end - CHUNK_BYTES);
      const found = (await this.#slice(start, end)).lastIndexOf(NEW_LINE);
      if (found >= 0) return start + found + 1;
    }
    return 0;
  }

  async #slice(start: number, end: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(end - start);
    const { bytesRead } = await this.#text.read(buffer, 0, buffer.length, start);
    return buffer.subarray(0, bytesRead);
  }
}

/** Place of the first value for which `reached` is true; from there on it always is. */
function firstIn(values: readonly number[], reached: (value: number) => boolean): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (reached(values[middle] ?? Number.NaN)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** How the time in front of a line is written: microseconds (archive) or nanoseconds (live). Source: protocol reference 4.2. */
export type Stamp = "micro" | "nano";

/** Lines of a range, each behind its time and a space. A range may begin within a line: that gets no time. */
export async function* stampLines(
  file: LogReader,
  { start, end }: LogRange,
  stamp: Stamp,
): AsyncGenerator<Uint8Array> {
  await file.readTimes();
  const timeOf = timesFrom(file, start, stamp);
  let atLineStart = start === 0 || !(await file.lineIsOpen({ start: 0, end: start }));
  let offset = start;
  for await (const chunk of file.bytes({ start, end })) {
    // One character per byte: whatever the bytes mean, they come out as they went in.
    let stamped = "";
    for (const part of linesOf(chunk.toString("latin1"))) {
      if (atLineStart) stamped += `${timeOf(offset)} `;
      stamped += part;
      offset += part.length;
      atLineStart = part.endsWith("\n");
    }
    yield Buffer.from(stamped, "latin1");
  }
}

function* linesOf(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const found = text.indexOf("\n", at);
    const next = found < 0 ? text.length : found + 1;
    yield text.slice(at, next);
    at = next;
  }
}

/** Tells the times of ever later offsets, as RFC 3339 in UTC. */
function timesFrom(file: LogReader, offset: number, stamp: Stamp): (offset: number) => string {
  let number = file.entryOf(offset);
  let shown: string | undefined;
  return (at) => {
    while ((file.entry(number + 1)?.offset ?? Number.POSITIVE_INFINITY) <= at) {
      number += 1;
      shown = undefined;
    }
    shown ??= timeText(file.entry(number)?.atMs ?? 0, stamp);
    return shown;
  };
}

function timeText(atMs: number, stamp: Stamp): string {
  const seconds = Math.floor(atMs / 1000);
  const micros = String(Math.floor((atMs - seconds * 1000) * 1000)).padStart(6, "0");
  return `${new Date(seconds * 1000).toISOString().slice(0, 20)}${micros}${stamp === "nano" ? "000" : ""}Z`;
}
