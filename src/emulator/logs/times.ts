import type { FileHandle } from "node:fs/promises";
import { ENTRY_BYTES } from "./writer.ts";

/** Entries read at once. */
const BLOCK = 1024;

/** Output from an offset on was written then, Unix milliseconds. */
interface Entry {
  atMs: number;
  offset: number;
}

/** The index of a log by time. A long log has millions of entries: they are searched in the file. */
export class LogTimes {
  readonly #file: FileHandle;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** Offset of the first byte written at a time for which `reached` is true; for later ones it is, too. */
  async firstAt(reached: (ms: number) => boolean): Promise<number | undefined> {
    const [entry] = await this.read(await this.#first(({ atMs }) => reached(atMs)), 1);
    return entry?.offset;
  }

  /** Tells the times of offsets from this one on. */
  async from(offset: number): Promise<TimesOnward> {
    const behind = await this.#first((entry) => entry.offset > offset);
    return new TimesOnward(this, Math.max(0, behind - 1));
  }

  async read(number: number, count = BLOCK): Promise<Entry[]> {
    const buffer = Buffer.allocUnsafe(count * ENTRY_BYTES);
    const { bytesRead } = await this.#file.read(buffer, 0, buffer.length, number * ENTRY_BYTES);
    return Array.from({ length: Math.floor(bytesRead / ENTRY_BYTES) }, (_, index) => ({
      atMs: buffer.readDoubleLE(index * ENTRY_BYTES),
      offset: buffer.readDoubleLE(index * ENTRY_BYTES + 8),
    }));
  }

  /** The number of the first entry for which `reached` is true; from there on it always is. */
  async #first(reached: (entry: Entry) => boolean): Promise<number> {
    const { size } = await this.#file.stat();
    let [low, high] = [0, Math.floor(size / ENTRY_BYTES)];
    while (high - low > BLOCK) {
      const middle = (low + high) >> 1;
      const [entry] = await this.read(middle, 1);
      if (entry === undefined || reached(entry)) high = middle;
      else low = middle + 1;
    }
    const found = (await this.read(low, high - low)).findIndex(reached);
    return found < 0 ? high : low + found;
  }
}

/** Tells the times of ever later offsets. */
export class TimesOnward {
  readonly #times: LogTimes;
  #ahead: Entry[] = [];
  #next = 0;
  #number: number;
  #atMs: number | undefined;

  /** Begins with the entry of this number. */
  constructor(times: LogTimes, number: number) {
    this.#times = times;
    this.#number = number;
  }

  /** Makes ready for offsets up to `end`. */
  async load(end: number): Promise<void> {
    while ((this.#ahead.at(-1)?.offset ?? 0) < end) {
      const more = await this.#times.read(this.#number);
      if (more.length === 0) return;
      this.#number += more.length;
      this.#ahead = [...this.#ahead.slice(this.#next), ...more];
      this.#next = 0;
      this.#atMs ??= more[0]?.atMs;
    }
  }

  /** When what is at `offset` was written, Unix milliseconds. */
  atMs(offset: number): number {
    for (let entry = this.#ahead[this.#next]; entry !== undefined && entry.offset <= offset; ) {
      this.#atMs = entry.atMs;
      this.#next += 1;
      entry = this.#ahead[this.#next];
    }
    return this.#atMs ?? 0;
  }
}
