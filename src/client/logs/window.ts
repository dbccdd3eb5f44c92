import { setTimeout as sleep } from "node:timers/promises";
import type { CallOptions, Where } from "../call.ts";
import type { Connection } from "../connection.ts";
import type { Socket } from "../socket/index.ts";
import type { LogLine } from "./lines.ts";
import { LogLines } from "./pieces.ts";
import { newSeparator, nextChunk, openLog } from "./stream.ts";

/** Quiet time after which what is there has come: in the live part, and where the archive may still go on. */
const LIVE_QUIET_MS = 150;
const ARCHIVE_QUIET_MS = 600;
/** The connection itself may hold bytes back: its answer to a ping is waited for so long. */
const PONG_MS = 3000;
const TOGETHER_MS = 2;
/** A job that prints all the time is caught up with once its lines come no faster than time passes. */
const FLOW_MS = 1500;
const FLOW_SLACK_MS = 500;
const LIVE_DIGITS = 6;

/** Which part of a log to read, and how patiently. */
export interface Window {
  id: string;
  where: Where;
  /** By default the job's first line. */
  since: Date | undefined;
  /** The job has ended, so that the platform will close the log. */
  isOver: boolean;
  /** How long the first byte of a job that has not ended is waited for. */
  silenceMs: number;
  /** As `performance.now()` counts: reading ends then, whatever is still to come. */
  deadlineMs: number;
}

/**
 * Why reading ended: the platform closed the log · `take` had enough · all that was printed so far has come ·
 * nothing came for a while, which proves nothing · the connection did not even answer a ping, so that it may hold more
 * back · the time was over.
 */
export type Ending = "closed" | "enough" | "caught_up" | "quiet" | "held" | "time";

export interface WindowEnd {
  bytesRead: number;
  linesRead: number;
  ending: Ending;
  /** Whether any byte came. */
  isHeard: boolean;
  /** How long the first byte took, in milliseconds. */
  firstMs: number;
  /** What had not been finished when reading ended. */
  rest: LogLine | undefined;
}

/**
 * Reads the log from `since` on. Silence is no end: the log of a job that has ended is read until the platform
 * closes it; of any other, until the live part is quiet and the connection has given all that it held.
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
  const socket = await openLog(at, { id, options: { since, separator, timestamps: true, where } }, call);
  const scan = new Scan({ separator, nowMs: at.clock.latestMs() }, take);
  try {
    const ending = await readOn(socket, scan, window);
    return scan.end(ending);
  } finally {
    if (scan.hasEnough) socket.drop();
    else socket.close();
  }
}

async function readOn(socket: Socket, scan: Scan, window: Window): Promise<Ending> {
  const ear = new Ear(socket);
  let ending: Ending | undefined;
  while (ending === undefined) ending = await readSome({ ear, scan, window });
  return ending;
}

/** Until the next bytes or the next silence; undefined while reading goes on. */
async function readSome({
  ear,
  scan,
  window,
}: {
  ear: Ear;
  scan: Scan;
  window: Window;
}): Promise<Ending | undefined> {
  const leftMs = window.deadlineMs - performance.now();
  if (leftMs <= 0) return "time";
  const patienceMs = ear.isProbing ? PONG_MS : scan.patienceMs(window);
  const heard = await ear.hear(Math.min(leftMs, patienceMs));
  if (heard === undefined) return "closed";
  if (heard === "pong") return scan.isLive ? "caught_up" : "quiet";
  if (heard === "nothing") return patienceMs >= leftMs ? "time" : silenceOf(ear, scan);
  if (!scan.feed(heard)) return "enough";
  // Output without a pause leaves no quiet moment in which to ask.
  if (scan.isFlowing) ear.probe();
  else ear.forget();
  return undefined;
}

/** What silence tells: nothing, unless the connection was asked whether it holds something back. */
function silenceOf(ear: Ear, scan: Scan): Ending | undefined {
  if (ear.isProbing) return "held";
  if (!scan.isHeard) return "quiet";
  ear.probe();
  return undefined;
}

/** Listens to a socket, and asks whether it holds anything back: what was sent before the answer has come with it. */
class Ear {
  readonly #socket: Socket;
  #next: Promise<Uint8Array | undefined>;
  #pong: Promise<"pong"> | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#next = nextChunk(socket);
  }

  get isProbing(): boolean {
    return this.#pong !== undefined;
  }

  probe(): void {
    this.#pong ??= this.#socket.ping().then(() => "pong");
  }

  forget(): void {
    this.#pong = undefined;
  }

  /** The next bytes, undefined at the end of the log. */
  async hear(ms: number): Promise<Uint8Array | undefined | "nothing" | "pong"> {
    const waits = [this.#next, ...(this.#pong === undefined ? [] : [this.#pong])];
    const first = await within<Uint8Array | undefined | "pong">(waits, ms);
    // What came together with the answer is not to be missed.
    const together = first === "pong" ? await within([this.#next], TOGETHER_MS) : first;
    if (together instanceof Uint8Array) this.#next = nextChunk(this.#socket);
    return first === "pong" && together === "nothing" ? "pong" : together;
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

/** Takes bytes apart and knows which part of the log it is in. */
class Scan {
  isLive = false;
  isHeard = false;
  hasEnough = false;
  /** The lines that come now are being printed now. */
  isFlowing = false;
  readonly #lines = new LogLines();
  readonly #marks: { separator: string; nowMs: number };
  readonly #take: (line: LogLine) => boolean;
  readonly #openedMs = performance.now();
  #firstMs = 0;
  #bytes = 0;
  #count = 0;
  #flow: { atMs: number; stampMs: number } | undefined;

  constructor(marks: { separator: string; nowMs: number }, take: (line: LogLine) => boolean) {
    this.#marks = marks;
    this.#take = take;
  }

  /** How long the next bytes are waited for. */
  patienceMs({ isOver, silenceMs }: Window): number {
    if (isOver) return Number.POSITIVE_INFINITY;
    if (!this.isHeard) return Math.max(0, this.#openedMs + silenceMs - performance.now());
    return this.isLive ? LIVE_QUIET_MS : ARCHIVE_QUIET_MS;
  }

  /** False once enough was read. */
  feed(chunk: Uint8Array): boolean {
    if (!this.isHeard) this.#firstMs = performance.now() - this.#openedMs;
    this.isHeard = true;
    this.#bytes += chunk.length;
    let last: LogLine | undefined;
    for (const line of this.#lines.push(chunk)) {
      if (line.time === undefined && line.text === this.#marks.separator) {
        this.isLive = true;
        continue;
      }
      this.#count += 1;
      if (!this.#take(line)) {
        this.hasEnough = true;
        return false;
      }
      last = line;
    }
    if (last?.time !== undefined) this.#place(last.time);
    return true;
  }

  end(ending: Ending): WindowEnd {
    return {
      bytesRead: this.#bytes,
      linesRead: this.#count,
      ending,
      isHeard: this.isHeard,
      firstMs: this.#firstMs,
      rest: ending === "enough" ? undefined : this.#lines.rest(),
    };
  }

  /** What the newest line tells: archived ones carry microseconds, live ones nanoseconds. */
  #place(time: string): void {
    const fraction = /\.(\d+)/.exec(time)?.[1] ?? "";
    this.isLive ||= fraction.length > LIVE_DIGITS;
    if (!this.isLive) return;
    const [nowMs, stampMs] = [performance.now(), Date.parse(time)];
    this.#flow ??= { atMs: nowMs, stampMs };
    const elapsedMs = nowMs - this.#flow.atMs;
    if (stampMs > this.#marks.nowMs) this.isFlowing = true;
    if (elapsedMs < FLOW_MS) return;
    if (stampMs - this.#flow.stampMs <= elapsedMs + FLOW_SLACK_MS) this.isFlowing = true;
    this.#flow = { atMs: nowMs, stampMs };
  }
}
