import { EventEmitter, once } from "node:events";
import * as fs from "node:fs";
import { dirname } from "node:path";

export interface LogPaths {
  /** The output as it came. */
  text: string;
  /** Pairs of 64-bit floats: Unix milliseconds, and the offset of the first byte written then. */
  index: string;
}

/** A line for `fill`, without its end. */
export interface TimedLine {
  atMs: number;
  text: string;
}

export const ENTRY_BYTES = 16;

const NEW_LINE = 10;
/** Output closer together than this gets one time: the index stays small however short the pieces are. */
const SAME_MS = 1;

export interface LogBounds {
  limitBytes: number;
  /** Gives back room that was kept for the last lines of logs on a full disk. */
  makeRoom(): void;
}

/** A file system hands out room in such pieces, or smaller ones. */
const PAGE_BYTES = 4096;

/**
 * The writing side of one job's log. What is written is in the files before the call returns. Where the limit or the
 * disk ends, the log ends with a line that says so, and what comes later is dropped.
 */
export class LogWriter {
  followers = 0;
  ended = false;
  hasOutput = false;
  size: number;
  #lineOpen = false;
  #lastMs = -Infinity;
  readonly #paths: LogPaths;
  #files: { text: number; index: number } | undefined;
  #isCut: boolean;
  readonly #bounds: LogBounds;
  readonly #events = new EventEmitter().setMaxListeners(0);

  constructor(paths: LogPaths, bounds: LogBounds) {
    this.#paths = paths;
    this.#bounds = bounds;
    this.size = fs.statSync(paths.text, { throwIfNoEntry: false })?.size ?? 0;
    this.#isCut = this.size >= bounds.limitBytes;
  }

  append(chunk: Uint8Array, atMs: number): void {
    this.#write(chunk, [{ atMs, offset: 0 }]);
  }

  fill(lines: Iterable<TimedLine>): void {
    const chunks: Buffer[] = [];
    const times: { atMs: number; offset: number }[] = [];
    let offset = 0;
    for (const { atMs, text } of lines) {
      const chunk = Buffer.from(`${text}\n`);
      chunks.push(chunk);
      times.push({ atMs, offset });
      offset += chunk.length;
    }
    if (chunks.length > 0) this.#write(Buffer.concat(chunks), times);
  }

  endLine(): void {
    if (!this.#lineOpen) return;
    this.append(Buffer.of(NEW_LINE), this.#lastMs);
  }

  end(): void {
    this.ended = true;
    this.hasOutput = false;
    this.rest();
    this.#events.emit("change");
  }

  /** Closes the files until there is more to write. */
  rest(): void {
    if (this.#files === undefined) return;
    fs.closeSync(this.#files.text);
    fs.closeSync(this.#files.index);
    this.#files = undefined;
  }

  /** Waits for bytes behind `offset`; false if none come because the log was ended or `signal` fired. */
  async grows(offset: number, signal: AbortSignal): Promise<boolean> {
    while (this.size <= offset) {
      if (this.ended || signal.aborted) return false;
      await once(this.#events, "change", { signal }).catch(() => undefined);
    }
    return !signal.aborted;
  }

  #write(bytes: Uint8Array, times: readonly { atMs: number; offset: number }[]): void {
    if (this.#isCut) return;
    const { limitBytes } = this.#bounds;
    const room = limitBytes - this.size;
    try {
      this.#put(bytes.length < room ? bytes : bytes.subarray(0, room), times);
      if (bytes.length >= room) this.#cut(`it is longer than ${limitBytes} bytes`);
    } catch (error) {
      this.#cut(error instanceof Error ? error.message : String(error));
    }
    this.ended = false;
    this.hasOutput = true;
    this.#events.emit("change");
  }

  #put(bytes: Uint8Array, times: readonly { atMs: number; offset: number }[]): void {
    this.#files ??= this.#openFiles();
    const { text, index } = this.#files;
    const entries: number[] = [];
    for (const { atMs, offset } of times) {
      if (atMs < this.#lastMs + SAME_MS || offset > bytes.length) continue;
      this.#lastMs = atMs;
      entries.push(atMs, this.size + offset);
    }
    fs.writeFileSync(text, bytes);
    // The index follows the text: an entry never points behind the end, and bytes without one get the last time.
    if (entries.length > 0) fs.writeFileSync(index, new Uint8Array(Float64Array.from(entries).buffer));
    this.size += bytes.length;
    this.#lineOpen = bytes[bytes.length - 1] !== NEW_LINE;
  }

  /** Ends the log with the reason: in the room there is, in what was kept for it, or in place of the last output. */
  #cut(why: string): void {
    this.#isCut = true;
    const ways = [
      () => undefined,
      this.#bounds.makeRoom,
      () => {
        this.size = Math.max(0, this.size - PAGE_BYTES);
      },
    ];
    for (const prepare of ways) {
      prepare();
      if (this.#endWith(`[emulator] The output of this job ends here: ${why}.\n`)) return;
    }
  }

  #endWith(line: string): boolean {
    try {
      // What could be written only in part goes; what is closed is mended when it is opened again.
      if (this.#files !== undefined) fs.ftruncateSync(this.#files.text, this.size);
      this.rest();
      this.#files = this.#openFiles();
      this.#put(Buffer.from(this.#lineOpen ? `\n${line}` : line), []);
      return true;
    } catch {
      return false;
    }
  }

  #openFiles(): { text: number; index: number } {
    fs.mkdirSync(dirname(this.#paths.text), { recursive: true, mode: 0o700 });
    const text = fs.openSync(this.#paths.text, "a+", 0o600);
    const index = fs.openSync(this.#paths.index, "a+", 0o600);
    const last = Buffer.alloc(1);
    if (this.size > 0) fs.readSync(text, last, 0, 1, this.size - 1);
    this.#lineOpen = this.size > 0 && last[0] !== NEW_LINE;
    const indexBytes = fs.fstatSync(index).size;
    const whole = indexBytes - (indexBytes % ENTRY_BYTES);
    // A process that was killed may have left half an entry.
    if (whole < indexBytes) fs.ftruncateSync(index, whole);
    if (whole > 0) {
      const entry = Buffer.alloc(ENTRY_BYTES);
      fs.readSync(index, entry, 0, ENTRY_BYTES, whole - ENTRY_BYTES);
      this.#lastMs = entry.readDoubleLE(0);
    }
    return { text, index };
  }
}
