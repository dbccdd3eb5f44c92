import { type FileHandle, open } from "node:fs/promises";
import { ENTRY_BYTES, type LogPaths } from "./job-log.ts";

const CHUNK_BYTES = 64 * 1024;
const ENTRIES_AT_ONCE = 1024;
const NEW_LINE = 10;

/** A part of a file, in bytes from its start. */
interface Range {
  start: number;
  end: number;
}

/** Output from `offset` on was written at `atMs`, Unix milliseconds. */
export interface TimeEntry {
  atMs: number;
  offset: number;
}

/** The reading side of one job's log. */
export class LogFile {
  /** Bytes of text when it was opened. */
  readonly size: number;
  readonly #text: FileHandle;
  readonly #index: FileHandle;
  readonly #entries: number;

  private constructor(
    text: FileHandle,
    index: FileHandle,
    { size, entries }: { size: number; entries: number },
  ) {
    this.#text = text;
    this.#index = index;
    this.size = size;
    this.#entries = entries;
  }

  /** Undefined if the job never wrote anything. */
  static async open({ text: textPath, index: indexPath }: LogPaths): Promise<LogFile | undefined> {
    const text = await openIfThere(textPath);
    const index = await openIfThere(indexPath);
    if (text === undefined || index === undefined) {
      await Promise.all([text?.close(), index?.close()]);
      return undefined;
    }
    const [{ size }, { size: indexBytes }] = await Promise.all([text.stat(), index.stat()]);
    return new LogFile(text, index, { size, entries: Math.floor(indexBytes / ENTRY_BYTES) });
  }

  async close(): Promise<void> {
    await Promise.all([this.#text.close(), this.#index.close()]);
  }

  /** Offset of the first byte written at `atMs` or later. */
  async firstAt(atMs: number): Promise<number> {
    return this.#firstWhere((entry) => entry.atMs >= atMs);
  }

  /** Offset of the first byte written later than `atMs`. */
  async firstAfter(atMs: number): Promise<number> {
    return this.#firstWhere((entry) => entry.atMs > atMs);
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
  async lineIsOpen({ start, end }: Range): Promise<boolean> {
    if (end <= start) return false;
    for await (const chunk of this.bytes({ start: end - 1, end })) return chunk[0] !== NEW_LINE;
    return false;
  }

  async *bytes({ start, end }: Range): AsyncGenerator<Buffer> {
    for (let at = start; at < end; ) {
      const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, end - at));
      const { bytesRead } = await this.#text.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  /** Entries of the index from the one that covers `offset` on, as far as the file has grown. */
  async *times(offset: number): AsyncGenerator<TimeEntry[]> {
    const behind = await this.#search((entry) => entry.offset > offset, await this.#entryCount());
    for (let first = Math.max(0, behind - 1); ; ) {
      const entries = await this.#entriesFrom(first);
      if (entries.length === 0) return;
      first += entries.length;
      yield entries;
    }
  }

  async #firstWhere(reached: (entry: TimeEntry) => boolean): Promise<number> {
    const index = await this.#search(reached, this.#entries);
    const [entry] = index < this.#entries ? await this.#entriesFrom(index, 1) : [];
    return Math.min(entry?.offset ?? this.size, this.size);
  }

  /** Number of the first entry for which `reached` is true; from there on it always is. */
  async #search(reached: (entry: TimeEntry) => boolean, count: number): Promise<number> {
    let [low, high] = [0, count];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const [entry] = await this.#entriesFrom(middle, 1);
      if (entry === undefined || reached(entry)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  async #entryCount(): Promise<number> {
    return Math.floor((await this.#index.stat()).size / ENTRY_BYTES);
  }

  async #entriesFrom(first: number, count = ENTRIES_AT_ONCE): Promise<TimeEntry[]> {
    const buffer = Buffer.alloc(count * ENTRY_BYTES);
    const { bytesRead } = await this.#index.read(buffer, 0, buffer.length, first * ENTRY_BYTES);
    return Array.from({ length: Math.floor(bytesRead / ENTRY_BYTES) }, (_, at) => ({
      atMs: buffer.readDoubleLE(at * ENTRY_BYTES),
      offset: buffer.readDoubleLE(at * ENTRY_BYTES + 8),
    }));
  }

  async #lastLineEnd(): Promise<number> {
    for (let end = this.size; end > 0; ) {
      const start = Math.max(0, end - CHUNK_BYTES);
      let at = start;
      let last = -1;
      for await (const chunk of this.bytes({ start, end })) {
        const found = chunk.lastIndexOf(NEW_LINE);
        if (found >= 0) last = at + found + 1;
        at += chunk.length;
      }
      if (last >= 0) return last;
      end = start;
    }
    return 0;
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r");
  } catch {
    return undefined;
  }
}
