import { type FileHandle, open } from "node:fs/promises";
import { LogTimes } from "./times.ts";
import type { LogPaths } from "./writer.ts";

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
  readonly times: LogTimes;
  readonly #text: FileHandle;

  private constructor(text: FileHandle, times: LogTimes, size: number) {
    this.#text = text;
    this.times = times;
    this.size = size;
  }

  /** Undefined if the job never wrote anything. */
  static async open(paths: LogPaths): Promise<LogReader | undefined> {
    const opened = [paths.text, paths.index].map(async (path) => open(path, "r").catch(() => undefined));
    const [text, index] = await Promise.all(opened);
    if (text !== undefined && index !== undefined) {
      const { size } = await text.stat();
      return new LogReader(text, new LogTimes(index), size);
    }
    await Promise.all([text?.close(), index?.close()]);
    return undefined;
  }

  async close(): Promise<void> {
    await Promise.all([this.#text.close(), this.times.close()]);
  }

  /** Offset of the first byte written at a time for which `reached` is true; for later ones it is, too. */
  async firstAt(reached: (ms: number) => boolean): Promise<number> {
    return Math.min((await this.times.firstAt(reached)) ?? this.size, this.size);
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

/** How the time in front of a line is written: microseconds (archive) or nanoseconds (live). Source: protocol reference 4.2. */
export type Stamp = "micro" | "nano";

/** Lines of a range, each behind its time and a space. A range may begin within a line: that gets no time. */
export async function* stampLines(
  file: LogReader,
  { start, end }: LogRange,
  stamp: Stamp,
): AsyncGenerator<Uint8Array> {
  const times = await file.times.from(start);
  const text = textOfTimes(stamp);
  let atLineStart = start === 0 || !(await file.lineIsOpen({ start: 0, end: start }));
  let offset = start;
  for await (const chunk of file.bytes({ start, end })) {
    await times.load(offset + chunk.length);
    // One character per byte: whatever the bytes mean, they come out as they went in.
    let stamped = "";
    for (const part of linesOf(chunk.toString("latin1"))) {
      if (atLineStart) stamped += `${text(times.atMs(offset))} `;
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

/** Writes times as RFC 3339 in UTC; many lines in a row have the same. */
function textOfTimes(stamp: Stamp): (atMs: number) => string {
  let last = { atMs: 0, text: timeText(0, stamp) };
  return (atMs) => {
    if (atMs !== last.atMs) last = { atMs, text: timeText(atMs, stamp) };
    return last.text;
  };
}

function timeText(atMs: number, stamp: Stamp): string {
  const seconds = Math.floor(atMs / 1000);
  const micros = String(Math.floor((atMs - seconds * 1000) * 1000)).padStart(6, "0");
  return `${new Date(seconds * 1000).toISOString().slice(0, 20)}${micros}${stamp === "nano" ? "000" : ""}Z`;
}
