import type { CallOptions, Where } from "./call.ts";
import type { Connection } from "./connection.ts";
import { LineSplitter, type LogLine, parseStamped } from "./lines.ts";
import { nextChunk, openLog } from "./logs.ts";
import type { Socket } from "./socket.ts";

/** Quiet time after which what there is so far has been read: while live, and while the archive may still come. */
const LIVE_SETTLE_MS = 120;
const ARCHIVE_SETTLE_MS = 300;
const LONGEST_SETTLE_MS = 2000;
const LIVE_DIGITS = 6;

export interface Window {
  id: string;
  where: Where;
  since: Date;
  separator: string;
}

export interface WindowEnd {
  bytesRead: number;
  linesRead: number;
  /** The stream was still open when reading stopped. */
  live: boolean;
}

/**
 * Reads the log from `since` until the stream closes, `take` says stop, a line is newer than the opening of the
 * stream, or nothing came for a settle time, which grows with the time that opening took.
 */
export async function readWindow(
  at: Connection,
  window: Window,
  take: (line: LogLine) => boolean,
  call?: CallOptions,
): Promise<WindowEnd> {
  const { id, where, since, separator } = window;
  const openedAt = performance.now();
  const startMs = Date.now();
  const socket = await openLog(at, { id, options: { since, separator, timestamps: true, where } }, call);
  const openingMs = performance.now() - openedAt;
  const scan = new Scan({ separator, startMs }, take);
  try {
    for (;;) {
      const settleMs = Math.min(LONGEST_SETTLE_MS, Math.max(scan.settleMs, openingMs * 4));
      const chunk = await chunkWithin(socket, settleMs);
      if (chunk === "quiet" || (chunk !== undefined && !scan.feed(chunk))) return scan.end(true);
      if (chunk === undefined) return scan.end(false);
    }
  } finally {
    socket.close();
  }
}

/** Takes bytes apart and knows which part of the log it is in. */
class Scan {
  readonly #splitter = new LineSplitter();
  readonly #marks: { separator: string; startMs: number };
  readonly #take: (line: LogLine) => boolean;
  #isLive = false;
  #stopped = false;
  #bytes = 0;
  #lines = 0;

  constructor(marks: { separator: string; startMs: number }, take: (line: LogLine) => boolean) {
    this.#marks = marks;
    this.#take = take;
  }

  get settleMs(): number {
    return this.#isLive ? LIVE_SETTLE_MS : ARCHIVE_SETTLE_MS;
  }

  /** False once enough was read. */
  feed(chunk: Uint8Array): boolean {
    this.#bytes += chunk.length;
    for (const raw of this.#splitter.push(chunk)) if (!this.#line(raw)) return false;
    return true;
  }

  end(live: boolean): WindowEnd {
    const rest = this.#stopped ? undefined : this.#splitter.rest();
    if (rest !== undefined) this.#line(rest);
    return { bytesRead: this.#bytes, linesRead: this.#lines, live };
  }

  #line(raw: string): boolean {
    if (raw === this.#marks.separator) {
      this.#isLive = true;
      return true;
    }
    const line = parseStamped(raw);
    this.#lines += 1;
    this.#isLive ||= isLiveStamp(line.time);
    const isNew = line.time !== undefined && Date.parse(line.time) > this.#marks.startMs;
    this.#stopped = !this.#take(line) || (isNew && this.#isLive);
    return !this.#stopped;
  }
}

/** Live lines carry nanoseconds, archived ones microseconds. */
function isLiveStamp(time: string | undefined): boolean {
  const fraction = time === undefined ? undefined : /\.(\d+)/.exec(time)?.[1];
  return fraction !== undefined && fraction.length > LIVE_DIGITS;
}

/** The next bytes, undefined at the end, `quiet` when none came in time (the socket is then given up). */
async function chunkWithin(socket: Socket, ms: number): Promise<Uint8Array | undefined | "quiet"> {
  let timer: NodeJS.Timeout | undefined;
  const quiet = new Promise<"quiet">((resolve) => {
    timer = setTimeout(() => resolve("quiet"), ms);
  });
  try {
    return await Promise.race([nextChunk(socket), quiet]);
  } finally {
    clearTimeout(timer);
  }
}
