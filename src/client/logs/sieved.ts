import { type LogLine, LogLines, parseStamped, timeKey } from "./lines.ts";

const NEWLINE = 10;
/** Lines before one that is wanted are told too: what is secret in it may have begun there. */
const LEAD_LINES = 150;
/** A line longer than this is left to the reader of lines, which bounds what it keeps. */
const LONG_BYTES = 16_384;
const LONGEST_STAMP = 48;

/** Chooses the lines of a long log that are told one by one; the others are only counted. */
export interface Sieve {
  /** Whether any of these whole lines, each behind its timestamp, may be needed. Asked in order. */
  wants(block: Buffer): boolean;
}

/** Lines that were passed over. */
export interface Passed {
  passed: number;
  bytes: number;
  /** Of the last one, and how many before it, itself included, have the same to the microsecond. */
  time: string;
  sameTime: number;
}

/** Cuts the bytes of a log into lines as `LogLines` does, without looking at those that a sieve lets through. */
export class SievedLines {
  readonly #lines = new LogLines();
  readonly #sieve: Sieve;
  /** The bytes of the unfinished line. */
  #open: Buffer[] = [];
  #openBytes = 0;
  /** Passed over, but not told yet: they may turn out to stand before a line that is wanted. */
  #held: Block[] = [];

  constructor(sieve: Sieve) {
    this.#sieve = sieve;
  }

  /** What `chunk` completes, in order. */
  push(chunk: Uint8Array): (LogLine | Passed)[] {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    if (end === 0) return this.#unfinished(bytes);
    const block = Buffer.concat([...this.#open, bytes.subarray(0, end)]);
    this.#open = [];
    this.#openBytes = 0;
    const told = this.#whole(block);
    return [...told, ...this.#unfinished(bytes.subarray(end))];
  }

  /** What was held back, once nothing follows. */
  end(): (LogLine | Passed)[] {
    return this.#release();
  }

  /** The unfinished line. */
  rest(how: { isLast?: boolean } = {}): LogLine | undefined {
    for (const piece of this.#open) this.#lines.push(piece);
    this.#open = [];
    return this.#lines.rest(how);
  }

  #unfinished(bytes: Buffer): (LogLine | Passed)[] {
    this.#open.push(bytes);
    this.#openBytes += bytes.length;
    if (this.#openBytes <= LONG_BYTES) return [];
    const long = Buffer.concat(this.#open);
    this.#open = [];
    this.#openBytes = 0;
    return [...this.#release(), ...this.#lines.push(long)];
  }

  #whole(block: Buffer): (LogLine | Passed)[] {
    if (this.#lines.isBetween && !this.#sieve.wants(block)) {
      const held = Block.of(block);
      if (held !== undefined) return this.#hold(held);
    }
    return [...this.#release(), ...this.#lines.push(block)];
  }

  #hold(block: Block): Passed[] {
    this.#held.push(block);
    let lines = this.#held.reduce((sum, held) => sum + held.lines, 0);
    const passed: Passed[] = [];
    for (const held of this.#held) {
      lines -= held.lines;
      if (lines < LEAD_LINES) break;
      passed.push(held.passed());
    }
    this.#held.splice(0, passed.length);
    return passed;
  }

  /** The last lines of what is held, and the count of those before them. */
  #release(): (LogLine | Passed)[] {
    const [first, ...others] = this.#held;
    if (first === undefined) return [];
    this.#held = [];
    const wanted = LEAD_LINES - others.reduce((sum, held) => sum + held.lines, 0);
    const { before, last } = first.split(wanted);
    const told = [last, ...others.map(({ bytes }) => bytes)].flatMap((bytes) => this.#lines.push(bytes));
    return before === undefined ? told : [before.passed(), ...told];
  }
}

/** Whole lines, the last of them with a timestamp. */
class Block {
  readonly bytes: Buffer;
  readonly lines: number;
  readonly #time: string;

  private constructor(bytes: Buffer, lines: number, time: string) {
    this.bytes = bytes;
    this.lines = lines;
    this.#time = time;
  }

  /** Undefined where its lines cannot be passed over: a piece of a long one, or the last one without a time. */
  static of(bytes: Buffer): Block | undefined {
    const text = bytes.toString("latin1");
    let lines = 0;
    for (let at = 0; at < text.length; lines += 1) {
      const end = text.indexOf("\n", at);
      if (end - at > LONG_BYTES) return undefined;
      at = end + 1;
    }
    const { time } = stampAt(bytes, lineBefore(bytes, bytes.length));
    return time === undefined ? undefined : new Block(bytes, lines, time);
  }

  passed(): Passed {
    const key = timeKey(this.#time);
    let sameTime = 0;
    for (let end = this.bytes.length; end > 0; sameTime += 1) {
      const start = lineBefore(this.bytes, end);
      if (keyAt(this.bytes, start) !== key) break;
      end = start;
    }
    return { passed: this.lines, bytes: this.bytes.length, time: this.#time, sameTime };
  }

  /** Parts it before its last `count` lines. */
  split(count: number): { before: Block | undefined; last: Buffer } {
    let at = this.bytes.length;
    for (let line = 0; line < count; line += 1) at = lineBefore(this.bytes, at);
    const before = at === 0 ? undefined : Block.of(this.bytes.subarray(0, at));
    return { before, last: before === undefined ? this.bytes : this.bytes.subarray(at) };
  }
}

/** Where the line begins that ends with the newline before `end`. */
function lineBefore(bytes: Buffer, end: number): number {
  return end < 2 ? 0 : bytes.lastIndexOf(NEWLINE, end - 2) + 1;
}

function stampAt(bytes: Buffer, start: number): LogLine {
  return parseStamped(bytes.toString("latin1", start, start + LONGEST_STAMP));
}

function keyAt(bytes: Buffer, start: number): string {
  const { time } = stampAt(bytes, start);
  return time === undefined ? "" : timeKey(time);
}

/** The times of the first and the last of some lines, as keys; empty where one has none. */
export function spanOf(block: Buffer): { first: string; last: string } {
  return { first: keyAt(block, 0), last: keyAt(block, lineBefore(block, block.length)) };
}
