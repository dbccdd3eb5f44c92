import { randomBytes } from "node:crypto";
import type { CallOptions, Where } from "./call.ts";
import type { Connection } from "./connection.ts";
import { getJob } from "./find.ts";
import type { JobDescription } from "./job.ts";
import { type LogLine, timeKey } from "./lines.ts";
import { LineRing } from "./ring.ts";
import { type Cursor, SameTime } from "./same-time.ts";
import { readSteadily, type SteadyEnd } from "./steady-window.ts";

const FIRST_WINDOW_MS = 30_000;
const WIDENING = 8;
const DEFAULT_LINES = 200;
const DEFAULT_BYTES = 1024 * 1024;
/** The clocks of platform and node may differ by this much. */
const SKEW_MS = 2000;

export interface TailOptions {
  /** At most so many lines; 200 by default. */
  lines?: number | undefined;
  /** Only lines from then on. */
  since?: Date | undefined;
  /** Only lines up to then; by default up to now. */
  until?: Date | undefined;
  /** At most so many bytes of text, the newest kept; 1 MiB by default. */
  maxBytes?: number | undefined;
  /** The job, where the caller has it already: saves a request. */
  job?: JobDescription | undefined;
  /** Gives the first lines after this place instead of the last ones, so that nothing is left out. */
  after?: Cursor | undefined;
  /** Gives the last lines before this place. */
  before?: Cursor | undefined;
  where?: Where | undefined;
}

/** The end of a log. */
export interface LogTail {
  /** Oldest first, as printed: control sequences and carriage returns included. */
  lines: LogLine[];
  /** Nothing was printed before the first line (or before `since`). */
  reachedStart: boolean;
  /** Where the next call goes on; absent while nothing was printed. */
  cursor?: Cursor;
  /** The place before the first of `lines`; absent without lines, or where it has no time. */
  start?: Cursor;
  bytesRead: number;
  linesRead: number;
  /** The stream was still open: more may be printed. */
  live: boolean;
  /** More lines are there already; only with `after`. */
  more: boolean;
}

/**
 * The last lines of a job's log, at a cost in proportion to what is shown: reads a short window before the
 * end and widens it until it holds enough. Never waits for a running job to print.
 * @throws {PlatformError} `not_found`. Source: protocol reference 4.2 (no server-side tail).
 */
export async function tailLog(
  at: Connection,
  { id, options }: { id: string; options: TailOptions },
  call?: CallOptions,
): Promise<LogTail> {
  const job = options.job ?? (await getJob(at, id, call));
  const reader = { at, id: job.id, where: options.where ?? { cluster: job.cluster_name }, call };
  if (options.after !== undefined) return readOn(reader, options.after, options);
  const startMs = Math.max(startOf(job), options.since?.getTime() ?? 0);
  const endMs = endOf(job, options);
  for (let windowMs = FIRST_WINDOW_MS, spent = NOTHING; ; windowMs *= WIDENING) {
    const fromMs = endMs - windowMs;
    const isWhole = fromMs <= startMs;
    const tail = await readBack(reader, { fromMs: isWhole ? startMs : fromMs, isWhole }, options);
    spent = { bytes: spent.bytes + tail.bytesRead, lines: spent.lines + tail.linesRead };
    if (isWhole || tail.lines.length >= (options.lines ?? DEFAULT_LINES) || !tail.reachedStart)
      return {
        ...tail,
        bytesRead: spent.bytes,
        linesRead: spent.lines,
        reachedStart: isWhole && tail.reachedStart,
      };
  }
}

const NOTHING = { bytes: 0, lines: 0 };

interface Reader {
  at: Connection;
  id: string;
  where: Where;
  call: CallOptions | undefined;
}

/** The last lines of one window; `reachedStart` says that the ring lost none. */
async function readBack(
  { at, id, where, call }: Reader,
  { fromMs, isWhole }: { fromMs: number; isWhole: boolean },
  { lines = DEFAULT_LINES, maxBytes = DEFAULT_BYTES, since, until, before }: TailOptions,
): Promise<LogTail> {
  const ring = new LineRing({ lines, bytes: maxBytes });
  const place = before === undefined ? undefined : new SameTime(before);
  const from = since === undefined || !isWhole ? "" : timeKey(since.toISOString());
  const to = until === undefined ? "\uffff" : timeKey(until.toISOString());
  const end = await readSteadily(
    at,
    { id, where, since: new Date(fromMs), separator: newSeparator() },
    (line) => {
      if (place !== undefined && line.time !== undefined && !place.isOld(line)) return false;
      const key = line.time === undefined ? from : timeKey(line.time);
      if (key < from) return true;
      if (key > to) return false;
      ring.push(line);
      return true;
    },
    call,
  );
  return toTail(ring, { end, reachedStart: !ring.lost, more: false });
}

/** The first lines after a cursor. */
async function readOn(
  { at, id, where, call }: Reader,
  after: Cursor,
  { lines = DEFAULT_LINES, maxBytes = DEFAULT_BYTES, until }: TailOptions,
): Promise<LogTail> {
  const ring = new LineRing({ lines: lines + 1, bytes: Number.POSITIVE_INFINITY });
  const to = until === undefined ? "\uffff" : timeKey(until.toISOString());
  let bytes = 0;
  let more = false;
  const end = await readSteadily(
    at,
    { id, where, since: new Date(after.time), separator: newSeparator(), after },
    (line) => {
      if (line.time !== undefined && timeKey(line.time) > to) return false;
      bytes += line.text.length + 1;
      more = ring.size >= lines || (bytes > maxBytes && ring.size > 0);
      if (more) return false;
      ring.push(line);
      return true;
    },
    call,
  );
  return toTail(ring, { end, reachedStart: false, more });
}

function toTail(
  ring: LineRing,
  { end, reachedStart, more }: { end: SteadyEnd; reachedStart: boolean; more: boolean },
): LogTail {
  const lines = ring.lines();
  const [first] = lines;
  const start = ring.before ?? (first?.time === undefined ? undefined : { time: first.time, count: 0 });
  return {
    lines,
    reachedStart,
    ...(end.cursor === undefined ? {} : { cursor: end.cursor }),
    ...(start === undefined || first === undefined ? {} : { start }),
    bytesRead: end.bytesRead,
    linesRead: end.linesRead,
    live: end.live,
    more,
  };
}

/** A separator that no program prints by chance. */
export function newSeparator(): string {
  return `--live-${randomBytes(16).toString("hex")}--`;
}

function startOf({ history }: JobDescription): number {
  return history.created_at === undefined ? 0 : Date.parse(history.created_at) - SKEW_MS;
}

function endOf({ history }: JobDescription, { until, before }: TailOptions): number {
  const ended = history.finished_at === undefined ? Date.now() : Date.parse(history.finished_at) + SKEW_MS;
  const place = before === undefined ? ended : Date.parse(before.time) + 1;
  return Math.min(ended, until?.getTime() ?? ended, place);
}
