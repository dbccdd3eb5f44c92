import { setTimeout as sleep } from "node:timers/promises";
import type { CallOptions, Where } from "../call.ts";
import type { Connection } from "../connection.ts";
import type { Socket } from "../socket/index.ts";
import { type LogLine, LogLines } from "./lines.ts";
import { Patience, type Silence } from "./patience.ts";
import { type Passed, type Sieve, SievedLines } from "./sieved.ts";
import { newSeparator, nextChunk, openLog } from "./stream.ts";

/** How long to wait for the answer to a ping: the connection itself may hold bytes back. */
const PONG_MS = 3000;
/** The reader has caught up with a job that never pauses once its lines come as fast as time passes. */
const FLOW_MS = 1500;
const FLOW_SLACK_MS = 500;
/** Archived timestamps carry microseconds, live ones nanoseconds. */
const LIVE_DIGITS = 6;

/** Which part of a log to read, and how patiently. */
export interface Window {
  id: string;
  where: Where;
  /** By default the job's first line. */
  since: Date | undefined;
  /** The job has ended, so that the platform will close the log. */
  isOver: boolean;
  /** How long to wait for the first byte of a job that has not ended. */
  silence: Silence;
  /** When to stop reading, whatever is still to come, as `performance.now()` counts. */
  deadlineMs: number;
  /** Which lines to take one by one; by default all. */
  sieve?: CountingSieve | undefined;
}

/** A sieve that is told of what it let through. */
export interface CountingSieve extends Sieve {
  /** Told in order, between the lines. */
  passed(lines: Passed): void;
}

/**
 * Why reading ended: the platform closed the log · `take` had enough · all that was printed so far has come ·
 * nothing came for a while, which proves nothing · the connection did not even answer a ping, so it may hold more
 * back · the time was over.
 */
export type Ending = "closed" | "enough" | "caught_up" | "quiet" | "held" | "time";

export interface WindowEnd {
  bytesRead: number;
  linesRead: number;
  ending: Ending;
  /** How long the first byte took, in milliseconds; 0 if none came. */
  firstMs: number;
  /** The line that was unfinished when reading ended. */
  rest: LogLine | undefined;
}

/**
 * Reads the log from `since` on. Silence is not the end: the log of a job that has ended is read until the platform
 * closes it; any other, until its live part is quiet and the connection has handed over all that it held.
 * Source: protocol reference 4.2.
 */
export async function readWindow(
  at: Connection,
  window: Window,
  take: (line: LogLine) => boolean,
  call?: CallOptions,
): Promise<WindowEnd> {
  const { id, where, since } = window;
  const separator = newSeparator();
  const askedMs = performance.now();
  const socket = await openLog(at, { id, options: { since, separator, timestamps: true, where } }, call);
  const patience = new Patience({ askedMs, openedMs: performance.now() });
  const scan = new Scan(separator, at.clock.nowMs(), { take, sieve: window.sieve, patience });
  try {
    const listener = new Listener(socket);
    let ending: Ending | undefined;
    while (ending === undefined) ending = await readSome(listener, scan, window);
    return scan.end(ending, window);
  } finally {
    if (scan.hasEnough) socket.drop();
    else socket.close();
  }
}

/** Reads up to the next bytes or the next silence; undefined while reading goes on. */
async function readSome(listener: Listener, scan: Scan, window: Window): Promise<Ending | undefined> {
  const leftMs = window.deadlineMs - performance.now();
  if (leftMs <= 0) return "time";
  const patienceMs = listener.isProbing ? PONG_MS : scan.patienceMs(window);
  const heard = await listener.hear(Math.min(leftMs, patienceMs));
  if (heard === undefined) return "closed";
  if (heard === "pong") return scan.isLive ? "caught_up" : "quiet";
  if (heard === "nothing") return patienceMs >= leftMs ? "time" : onSilence(listener, scan);
  if (!scan.feed(heard)) return "enough";
  onBytes(listener, scan, window);
  return undefined;
}

/** Output without a pause leaves no quiet moment in which to ask; a log that will be closed needs none. */
function onBytes(listener: Listener, { isFlowing }: Scan, { isOver }: Window): void {
  if (isFlowing && !isOver) listener.probe();
  else listener.forget();
}

/** Silence proves nothing until the connection was asked whether it holds something back. */
function onSilence(listener: Listener, scan: Scan): Ending | undefined {
  if (listener.isProbing) return "held";
  if (!scan.isHeard) return "quiet";
  listener.probe();
  return undefined;
}

/** Listens to a socket, and asks by a ping whether it holds anything back: what was sent before the pong comes first. */
class Listener {
  readonly #socket: Socket;
  #next: Promise<Uint8Array | undefined>;
  /** How many messages were heard. */
  #heard = 0;
  /** How many there were at the pong. */
  #pong: Promise<number> | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#next = nextChunk(socket);
  }

  get isProbing(): boolean {
    return this.#pong !== undefined;
  }

  probe(): void {
    this.#pong ??= this.#socket.ping();
  }

  forget(): void {
    this.#pong = undefined;
  }

  /** The next bytes, undefined at the end of the log; a pong once all that came before it was heard. */
  async hear(ms: number): Promise<Uint8Array | undefined | "nothing" | "pong"> {
    const waits = [this.#next, ...(this.#pong === undefined ? [] : [this.#pong])];
    const first = await within<Uint8Array | undefined | number>(waits, ms);
    if (typeof first === "number" && this.#heard >= first) return "pong";
    const bytes = typeof first === "number" ? await this.#next : first;
    if (bytes instanceof Uint8Array) {
      this.#heard += 1;
      this.#next = nextChunk(this.#socket);
    }
    return bytes;
  }
}

async function within<T>(waits: Promise<T>[], ms: number): Promise<T | "nothing"> {
  const over = new AbortController();
  const nothing = sleep(ms, "nothing" as const, { signal: over.signal }).catch(() => "nothing" as const);
  try {
    return await Promise.race([...waits, nothing]);
  } finally {
    over.abort();
  }
}

/** Cuts the bytes into lines, and knows which part of the log they come from. */
class Scan {
  isLive = false;
  hasEnough = false;
  /** The lines arriving now are being printed now. */
  isFlowing = false;
  readonly #lines: LogLines | SievedLines;
  readonly #separator: string;
  readonly #nowMs: number;
  readonly #take: (line: LogLine) => boolean;
  readonly #sieve: CountingSieve | undefined;
  readonly #patience: Patience;
  #bytes = 0;
  #count = 0;
  #flow: { atMs: number; stampMs: number } | undefined;

  constructor(
    separator: string,
    nowMs: number,
    {
      take,
      sieve,
      patience,
    }: { take: (line: LogLine) => boolean; sieve: CountingSieve | undefined; patience: Patience },
  ) {
    this.#separator = separator;
    this.#nowMs = nowMs;
    this.#take = take;
    this.#sieve = sieve;
    this.#patience = patience;
    this.#lines =
      sieve === undefined
        ? new LogLines()
        : new SievedLines({ wants: (block) => block.includes(separator) || sieve.wants(block) });
  }

  /** How long to wait for the next bytes. */
  patienceMs({ isOver, silence }: Window): number {
    if (isOver) return Number.POSITIVE_INFINITY;
    if (!this.isHeard) return this.#patience.firstLeftMs(silence, performance.now());
    return this.#patience.quietMs(this);
  }

  get isHeard(): boolean {
    return this.#patience.isHeard;
  }

  /** False once enough was read. */
  feed(chunk: Uint8Array): boolean {
    this.#patience.heard(performance.now());
    this.#bytes += chunk.length;
    return this.#tell(this.#lines.push(chunk));
  }

  end(ending: Ending, { isOver }: Window): WindowEnd {
    const isLast = isOver && ending === "closed";
    if (this.#lines instanceof SievedLines) this.#tell(this.#lines.end());
    return {
      bytesRead: this.#bytes,
      linesRead: this.#count,
      ending,
      firstMs: this.#patience.firstMs,
      rest: ending === "enough" ? undefined : this.#lines.rest({ isLast }),
    };
  }

  #tell(lines: readonly (LogLine | Passed)[]): boolean {
    let time: string | undefined;
    for (const line of lines) {
      if ("text" in line && line.time === undefined && line.text === this.#separator) {
        this.isLive = true;
        continue;
      }
      if (!this.#takes(line)) {
        this.hasEnough = true;
        return false;
      }
      time = line.time;
    }
    if (time !== undefined) this.#place(time);
    return true;
  }

  #takes(line: LogLine | Passed): boolean {
    if (!("passed" in line)) {
      this.#count += 1;
      return this.#take(line);
    }
    this.#count += line.passed;
    this.#sieve?.passed(line);
    return true;
  }

  /** What the newest line's timestamp tells about where reading has come to. */
  #place(time: string): void {
    const fraction = /\.(\d+)/.exec(time)?.[1] ?? "";
    this.isLive ||= fraction.length > LIVE_DIGITS;
    if (!this.isLive) return;
    const [nowMs, stampMs] = [performance.now(), Date.parse(time)];
    this.#flow ??= { atMs: nowMs, stampMs };
    const elapsedMs = nowMs - this.#flow.atMs;
    if (stampMs > this.#nowMs) this.isFlowing = true;
    if (elapsedMs < FLOW_MS) return;
    // Lines of one moment that take long to read are old ones.
    if (Math.abs(stampMs - this.#flow.stampMs - elapsedMs) <= FLOW_SLACK_MS) this.isFlowing = true;
    this.#flow = { atMs: nowMs, stampMs };
  }
}
