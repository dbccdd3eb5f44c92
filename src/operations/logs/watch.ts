import {
  type Cursor,
  isFinished,
  type JobDescription,
  Limit,
  type LogLine,
  type LogTail,
  type Platform,
} from "../../client/index.ts";
import { keyAfter } from "../../jobs/redact/key-guard.ts";
import { passing, patiently, pauseFor } from "../patience.ts";
import { type LogPlace, placeAfter } from "./cursor.ts";
import { LogFollower, type LogListener } from "./follower.ts";
import type { LineMatch } from "./line-matcher.ts";

/** How much of what is already there is searched. */
const SEARCHED_LINES = 100_000;
const SEARCHED_BYTES = 8 * 1024 * 1024;
/** A log that closed while its job goes on is opened again after this. */
const REOPEN_MS = 500;
/** What is there is looked at also by a call that does not wait. */
const LEAST_READING_MS = 1800;
const HEAD_START_MS = 300;
/** How long the first byte is waited for before the log is merely followed. */
const SILENCE_MS = 1500;

/** What was read up to the match, the end of the log or the end of the time. */
export interface WaitedLog {
  /** The last of the lines read, oldest first; the matching line, if any, is the last one. */
  lines: LogLine[];
  matched: boolean;
  /** As last seen. */
  job: JobDescription;
  /** The job has ended and so has its log. */
  ended: boolean;
  cursor?: Cursor;
  /** The place before the first of `lines`. */
  start?: LogPlace | undefined;
  linesRead: number;
  bytesRead: number;
  /** Nothing was printed before the first of `lines`. */
  reachedStart: boolean;
  /** All from the place asked for on was searched, not only the newest of it. */
  isWhole: boolean;
  /** So many lines were read from the place asked for on, `lines` being the last of them. */
  taken: number;
  /** More lines are there already. */
  more: boolean;
  /** Why reading ended, so that what was not seen is not told as absent; and after how long, in milliseconds. */
  ending: LogTail["ending"];
  tookMs: number;
}

export interface WatchOptions {
  job: JobDescription;
  /** Says whether a line, one after the other, is the one waited for. */
  isMatch: LineMatch;
  /** The most lines kept. */
  keep: number;
  after?: LogPlace | undefined;
  since?: Date | undefined;
  deadlineMs: number;
  /** Ends the wait early, as the deadline does. */
  stop?: AbortSignal | undefined;
  /** Is told each new line. */
  onLine?: ((line: LogLine) => void) | undefined;
}

/**
 * Reads a log until a line matches, also one printed before, the log ends for good, or the time is over.
 */
export async function watchLog(
  platform: Platform,
  options: WatchOptions,
  signal: AbortSignal,
): Promise<WaitedLog> {
  const startedMs = performance.now();
  const read = await watch(platform, options, signal);
  return { ...read, tookMs: performance.now() - startedMs };
}

async function watch(platform: Platform, options: WatchOptions, signal: AbortSignal): Promise<Reading> {
  const { job, isMatch, keep, after } = options;
  const tail = await readSoFar(platform, options, signal);
  if (tail === undefined) return { job, ...NOTHING_READ, ...withCursor(after) };
  const { linesRead, bytesRead, ending } = tail;
  const at = tail.lines.findIndex((line) => line.open !== true && isMatch(line.text));
  const upTo = at < 0 ? tail.lines : tail.lines.slice(0, at + 1);
  const dropped = upTo.slice(0, Math.max(0, upTo.length - keep));
  const read: Reading = {
    job,
    lines: upTo.slice(dropped.length),
    start: behind(dropped, tail.start === undefined ? undefined : { ...tail.start, inKey: after?.inKey }),
    reachedStart: tail.reachedStart && dropped.length === 0,
    isWhole: after !== undefined || tail.reachedStart || tail.cursor === undefined,
    taken: upTo.length,
    more: at < 0 && tail.more,
    linesRead,
    bytesRead,
    matched: at >= 0,
    ended: false,
    ending,
    ...withCursor(at < 0 ? tail.cursor : placeAfter(upTo, after ?? tail.start)),
  };
  if (read.matched) return read;
  // The rest of what is there comes with a further call.
  if (read.more) return read;
  return follow(platform, { ...options, read }, signal);
}

type Reading = Omit<WaitedLog, "tookMs">;

function withCursor(cursor: Cursor | undefined): { cursor?: Cursor } {
  return cursor === undefined ? {} : { cursor };
}

const NOTHING_READ = {
  lines: [] as LogLine[],
  matched: false,
  ended: false,
  linesRead: 0,
  bytesRead: 0,
  reachedStart: false,
  isWhole: false,
  taken: 0,
  more: false,
  ending: "time",
} as const;

/** What is there already; nothing when reading it takes longer than there is time. */
async function readSoFar(
  platform: Platform,
  { job, after, since, deadlineMs }: WatchOptions,
  signal: AbortSignal,
): Promise<LogTail | undefined> {
  const ms = Math.max(LEAST_READING_MS, deadlineMs - Date.now());
  const limit = new Limit(signal, { ms });
  const until = limit.signal;
  // What has come by then is worth more than a call that is cut off.
  const patience = { limitMs: ms - HEAD_START_MS, silenceMs: Math.min(SILENCE_MS, ms - HEAD_START_MS) };
  const options = { lines: SEARCHED_LINES, maxBytes: SEARCHED_BYTES, after, since, job, ...patience };
  try {
    return await patiently(deadlineMs, until, () => platform.jobs.tail(job.id, options, { signal: until }));
  } catch (error) {
    signal.throwIfAborted();
    if (limit.isOver) return undefined;
    throw error;
  } finally {
    limit.close();
  }
}

async function follow(
  platform: Platform,
  options: WatchOptions & { read: Reading },
  signal: AbortSignal,
): Promise<Reading> {
  const { read, since, deadlineMs, stop } = options;
  if (Date.now() >= deadlineMs) return read;
  const follower = new LogFollower({ platform, since, retryMs: REOPEN_MS, isEager: true });
  follower.startAt(read.cursor);
  const limit = new Limit(stop === undefined ? signal : [signal, stop], { ms: deadlineMs - Date.now() });
  try {
    await follower.run(listenerOf(platform, { ...options, follower }, limit.signal), limit.signal);
  } finally {
    limit.close();
  }
  signal.throwIfAborted();
  return read;
}

/** Hears until the match, the end of the log, which only one opened after the end of the job has, or the deadline. */
function listenerOf(
  platform: Platform,
  options: WatchOptions & { read: Reading; follower: LogFollower },
  signal: AbortSignal,
): LogListener {
  const { job, isMatch, keep, onLine, deadlineMs, read, follower } = options;
  return {
    get isOver() {
      return read.matched || read.ended || Date.now() >= deadlineMs;
    },
    async open(opening) {
      read.job = await platform.jobs.status(job.id, {}, { signal: opening });
      return read.job;
    },
    hear(line) {
      take(read, line, keep);
      if (follower.cursor !== undefined) read.cursor = follower.cursor;
      onLine?.(line);
      read.matched = line.open !== true && isMatch(line.text);
      return read.matched;
    },
    closed({ status }) {
      read.ended = isFinished(status);
      if (read.ended) finish(options);
    },
    forgive: passing,
    async rest(ms, failure) {
      if (failure !== undefined && Date.now() + ms > deadlineMs) {
        // The platform may not be asked again in time.
        if (read.lines.length === 0) throw failure;
        return false;
      }
      await pauseFor(ms, signal).catch(() => undefined);
      return true;
    },
  };
}

/** What was not finished when a log ended for good is its last line. */
function finish({ read, isMatch, keep }: WatchOptions & { read: Reading }): void {
  read.ending = "closed";
  const { open, ...last } = read.lines.at(-1) ?? { text: "" };
  if (open !== true) return;
  take(read, last, keep);
  const cursor = placeAfter([last], read.cursor);
  if (cursor !== undefined) read.cursor = cursor;
  read.matched = isMatch(last.text);
}

/** A line that was not finished gives way to what has become of it. */
function take(read: Reading, line: LogLine, keep: number): void {
  const isAgain = read.lines.at(-1)?.open === true;
  if (isAgain) read.lines.pop();
  else read.taken += 1;
  read.lines.push(line);
  // What has come was followed from where reading had ended.
  read.ending = "caught_up";
  if (line.open === true) return;
  read.linesRead += 1;
  read.bytesRead += Buffer.byteLength(line.text) + 1;
  if (read.lines.length > keep) {
    read.start = behind(read.lines.splice(0, 1), read.start);
    read.reachedStart = false;
  }
}

/** The place behind some lines, and whether it is inside a key. */
function behind(lines: readonly LogLine[], start: LogPlace | undefined): LogPlace | undefined {
  const place = placeAfter(lines, start);
  if (place === undefined) return undefined;
  return {
    time: place.time,
    count: place.count,
    inKey: keyAfter(
      lines.map(({ text }) => text),
      start?.inKey,
    ),
  };
}
