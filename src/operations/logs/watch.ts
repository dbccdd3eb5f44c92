import {
  type Cursor,
  isFinished,
  type JobDescription,
  Limit,
  type LogLine,
  type LogTail,
  type Platform,
  type PlatformError,
} from "../../client/index.ts";
import { passing, patiently, pauseFor } from "../patience.ts";
import { keyedPlaceAfter, type LogPlace, placeAfter } from "./cursor.ts";
import { LogFollower, type LogListener } from "./follower.ts";
import type { LineMatch } from "./matcher.ts";

/** How much of a log a search looks at, from its end. */
export const SEARCHED = { lines: 100_000, maxBytes: 8 * 1024 * 1024 };
/** No private key is longer. */
export const KEY_LINES = 1000;
/** How soon a log that closed is opened again while its job goes on. */
const REOPEN_MS = 500;
/** Even a call that does not wait looks at what is there. */
const LEAST_READING_MS = 1800;
const HEAD_START_MS = 300;
/** How long to wait for the first byte before merely following the log. */
const SILENCE_MS = 1500;

/** What was read of one job's log, as printed. */
export interface LogRead
  extends Pick<LogTail, "lines" | "reachedStart" | "more" | "linesRead" | "bytesRead"> {
  /** As last seen. */
  job: JobDescription;
  /** Nothing will follow. */
  ended: boolean;
  /** The place after what was read. */
  cursor?: Cursor | undefined;
  /** The place before the first of `lines`. */
  start?: LogPlace | undefined;
  /** Why reading ended, and after how long; absent where nothing could be read. */
  ending?: LogTail["ending"] | undefined;
  tookMs?: number;
}

/** What was read up to the match, the end of the log or the deadline; a matching line is the last of `lines`. */
interface WaitedLog extends LogRead {
  matched: boolean;
  /** Everything from the place asked for was searched, not only the newest part. */
  isWhole: boolean;
  /** How many lines were read from the place asked for; `lines` is the last of them. */
  taken: number;
}

export function nothingRead(job: JobDescription): LogRead {
  return { job, lines: [], reachedStart: false, more: false, linesRead: 0, bytesRead: 0, ended: false };
}

export interface WatchOptions {
  job: JobDescription;
  isMatch: LineMatch;
  /** The most lines kept. */
  keep: number;
  after?: LogPlace | undefined;
  since?: Date | undefined;
  deadlineMs: number;
  /** Ends the wait early, as the deadline does. */
  stop: AbortSignal;
  onLine: () => void;
}

/** Reads a log until a line matches, be it an old one, the log ends for good, or the time is over. */
export async function watchLog(
  platform: Platform,
  options: WatchOptions,
  signal: AbortSignal,
): Promise<WaitedLog> {
  const startedMs = performance.now();
  const tail = await readSoFar(platform, options, signal);
  const read = searched(tail, options);
  // What is already there but was not read comes with the next call.
  if (tail !== undefined && !read.matched && !read.more) await follow(platform, { ...options, read }, signal);
  return { ...read, tookMs: performance.now() - startedMs };
}

/** What is there already; undefined when there is no time to read it. */
async function readSoFar(
  platform: Platform,
  { job, after, since, deadlineMs }: WatchOptions,
  signal: AbortSignal,
): Promise<LogTail | undefined> {
  const ms = Math.max(LEAST_READING_MS, deadlineMs - performance.now());
  const limit = new Limit(signal, { ms });
  const until = limit.signal;
  // A partial read is worth more than a call that is cut off.
  const patience = { limitMs: ms - HEAD_START_MS, silenceMs: Math.min(SILENCE_MS, ms - HEAD_START_MS) };
  const options = { ...SEARCHED, after, since, job, ...patience };
  try {
    return await patiently(deadlineMs, until, () => platform.jobs.tail(job.id, options, { signal: until }));
  } catch (error) {
    signal.throwIfAborted();
    // Silence for all of the time is no fault; one that came before it is.
    if (limit.isOver && passing(error).code === "timed_out") return undefined;
    throw error;
  } finally {
    limit.close();
  }
}

function searched(tail: LogTail | undefined, { job, isMatch, keep, after }: WatchOptions): WaitedLog {
  const nothing = { ...nothingRead(job), matched: false, isWhole: false, taken: 0 };
  if (tail === undefined) return { ...nothing, ending: "time", cursor: after };
  const at = tail.lines.findIndex((line) => line.open !== true && isMatch(line));
  const upTo = at < 0 ? tail.lines : tail.lines.slice(0, at + 1);
  const dropped = upTo.slice(0, Math.max(0, upTo.length - keep));
  return {
    job,
    ended: false,
    lines: upTo.slice(dropped.length),
    start: keyedPlaceAfter(dropped, tail.start && { ...tail.start, inKey: after?.inKey }),
    cursor: at < 0 ? tail.cursor : placeAfter(upTo, after ?? tail.start),
    reachedStart: tail.reachedStart && dropped.length === 0,
    isWhole: after !== undefined || tail.reachedStart || tail.cursor === undefined,
    taken: upTo.length,
    matched: at >= 0,
    more: at < 0 && tail.more,
    linesRead: tail.linesRead,
    bytesRead: tail.bytesRead,
    ending: tail.ending,
  };
}

interface Following extends WatchOptions {
  /** What was read so far; grows with each line. */
  read: WaitedLog;
}

async function follow(platform: Platform, options: Following, signal: AbortSignal): Promise<void> {
  const { read, since, deadlineMs, stop } = options;
  if (performance.now() >= deadlineMs) return;
  const follower = new LogFollower({ platform, since, retryMs: REOPEN_MS, isEager: true });
  follower.startAt(read.cursor);
  const limit = new Limit([signal, stop], { ms: deadlineMs - performance.now() });
  const listener = listenerOf(platform, { ...options, follower }, limit.signal);
  try {
    await follower.run(listener, limit.signal);
  } finally {
    limit.close();
  }
  signal.throwIfAborted();
  if (listener.fault !== undefined && read.lines.length === 0 && !stop.aborted) throw listener.fault;
}

/** Listens until the match, the deadline, or the end of a log that was opened after its job had ended. */
function listenerOf(
  platform: Platform,
  options: Following & { follower: LogFollower },
  signal: AbortSignal,
): LogListener & { readonly fault: PlatformError | undefined } {
  const { job, isMatch, keep, onLine, deadlineMs, read, follower } = options;
  /** Why the log is not open. */
  let fault: PlatformError | undefined;
  return {
    get fault() {
      return fault;
    },
    get isOver() {
      return read.matched || read.ended || performance.now() >= deadlineMs;
    },
    async open(opening) {
      read.job = await platform.jobs.status(job.id, {}, { signal: opening });
      return read.job;
    },
    opened() {
      fault = undefined;
    },
    hear(line) {
      take(read, line, keep);
      read.cursor = follower.cursor ?? read.cursor;
      onLine();
      read.matched = line.open !== true && isMatch(line);
      return read.matched;
    },
    closed({ status }) {
      read.ended = isFinished(status);
      if (read.ended) finish(options);
    },
    forgive(error) {
      const failure = passing(error);
      // The end of the time is no fault; one that came before it is.
      const isEnd = failure.code === "timed_out" && (fault !== undefined || performance.now() >= deadlineMs);
      if (!isEnd) fault = failure;
      return failure;
    },
    async rest(ms, failure) {
      // There is no time to ask the platform again.
      if (failure !== undefined && performance.now() + ms > deadlineMs) return false;
      await pauseFor(ms, signal).catch(() => undefined);
      return true;
    },
  };
}

/** An unfinished line is the last one once its log has ended for good. */
function finish({ read, isMatch, keep }: Following): void {
  read.ending = "closed";
  const { open, ...last } = read.lines.at(-1) ?? { text: "" };
  if (open !== true) return;
  take(read, last, keep);
  read.cursor = placeAfter([last], read.cursor);
  read.matched = isMatch(last);
}

/** Adds a line; it replaces an unfinished one. */
function take(read: WaitedLog, line: LogLine, keep: number): void {
  if (read.lines.at(-1)?.open === true) read.lines.pop();
  else read.taken += 1;
  read.lines.push(line);
  // The follower began where reading had ended, so nothing is missing.
  read.ending = "caught_up";
  if (line.open === true) return;
  read.linesRead += 1;
  read.bytesRead += Buffer.byteLength(line.text) + 1;
  if (read.lines.length > keep) {
    read.start = keyedPlaceAfter(read.lines.splice(0, 1), read.start);
    read.reachedStart = false;
  }
}
