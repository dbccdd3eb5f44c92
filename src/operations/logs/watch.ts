import {
  type Cursor,
  isFinished,
  type JobDescription,
  Limit,
  type LogLine,
  type LogTail,
  type Platform,
  type PlatformError,
  Retry,
} from "../../client/index.ts";
import { keyAfter } from "../../jobs/redact/key-guard.ts";
import { passing, patiently, pauseFor } from "../patience.ts";
import { type LogPlace, placeAfter } from "./cursor.ts";
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
export interface Watched {
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
): Promise<Watched> {
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

type Reading = Omit<Watched, "tookMs">;

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
  const { read, deadlineMs, stop } = options;
  const retry = new Retry(REOPEN_MS);
  const limit = new Limit(stop === undefined ? signal : [signal, stop], { ms: deadlineMs - Date.now() });
  const isOver = () => read.matched || read.ended || Date.now() >= deadlineMs || limit.signal.aborted;
  try {
    while (!isOver()) {
      const { linesRead } = read;
      const failure = await followOnce(platform, options, limit.signal).catch((error: unknown) => {
        signal.throwIfAborted();
        return limit.signal.aborted ? undefined : passing(error);
      });
      if (failure === undefined || read.linesRead > linesRead) retry.succeeded();
      if (failure === undefined) continue;
      const pauseMs = retry.afterFailure(failure);
      if (Date.now() + pauseMs > deadlineMs) return readUpTo(failure, read);
      await pauseFor(pauseMs, limit.signal).catch(() => signal.throwIfAborted());
    }
  } finally {
    limit.close();
  }
  return read;
}

/** What there is when the time is over before the platform may be asked again. */
function readUpTo(failure: PlatformError, read: Reading): Reading {
  if (read.lines.length === 0) throw failure;
  return read;
}

/** Until the match, or the end of the stream, which need not be the end of the job. */
async function followOnce(
  platform: Platform,
  { job, isMatch, keep, since, onLine, read }: WatchOptions & { read: Reading },
  signal: AbortSignal,
): Promise<void> {
  read.job = await platform.jobs.status(job.id, {}, { signal });
  const options = { after: read.cursor, since, parts: true };
  for await (const line of platform.jobs.follow(job.id, options, { signal })) {
    take(read, line, keep);
    onLine?.(line);
    read.matched = line.open !== true && isMatch(line.text);
    if (read.matched) return;
  }
  // Only a log that was opened after the end of the job is complete.
  read.ended = isFinished(read.job.status);
  if (read.ended) read.ending = "closed";
  if (!read.ended) return pauseFor(REOPEN_MS, signal);
  const { open, ...last } = read.lines.at(-1) ?? { text: "" };
  if (open !== true) return;
  take(read, last, keep);
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
  const cursor = placeAfter([line], read.cursor);
  if (cursor !== undefined) read.cursor = cursor;
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
