import type { CallOptions, Where } from "../call.ts";
import type { Connection, OnJob } from "../connection.ts";
import { getJob } from "../find/index.ts";
import { isFinished, type JobDescription } from "../job.ts";
import { type Cursor, SameTime } from "./cursor.ts";
import { type LogLine, timeKey } from "./lines.ts";
import { NewestLines } from "./newest-lines.ts";
import { PART_SILENCE, silenceOfPart } from "./patience.ts";
import { type ResumedEnd, readResuming } from "./resume.ts";
import type { Ending, Window } from "./window.ts";
import { type Span, type Step, Times, WindowPlan } from "./window-plan.ts";

const DEFAULT_LINES = 200;
const DEFAULT_BYTES = 1024 * 1024;
/** The longest read of a log that the platform does not close. */
const LIMIT_MS = 20_000;
/** How long to wait for the first byte of a running job's log. */
const SILENCE_MS = 3000;
/** How many bytes a part may hold, and how many times what is wanted of it, before a smaller one is tried. */
const LEAST_BUDGET_BYTES = 400 * 1024;
const BUDGET_FACTOR = 2;
const LONG_LINE_BYTES = 1024;
/** What has to be read of a part to foresee that it holds too much: what is not is read, up to so many times as much. */
const SAMPLE_BYTES = 64 * 1024;
const FAR_TOO_MUCH = 1.5;
const STAMP_BYTES = 32;

/** Which lines of a log are read, and how long for. */
export interface TailOptions {
  /** The most lines; 200 by default. */
  lines?: number | undefined;
  /** Only lines from then on. */
  since?: Date | undefined;
  /** Only lines up to then; by default up to now. */
  until?: Date | undefined;
  /** The most bytes of text, the newest kept; 1 MiB by default. */
  maxBytes?: number | undefined;
  /** The job, where the caller has it already: saves a request. */
  job?: JobDescription | undefined;
  /** Gives the first lines after this place instead of the last ones, so that a reader misses nothing. */
  after?: Cursor | undefined;
  /** Gives the last lines before this place; together with `after`, only those after that. */
  before?: Cursor | undefined;
  /** Gives the first lines instead of the last ones, from `since` on. */
  first?: boolean | undefined;
  /** Ends the reading behind a line; for the first lines, or those after a place. Asked once a line, in order. */
  isEnough?: ((line: LogLine) => boolean) | undefined;
  /** How long to wait for the first byte of a running job, in milliseconds; 3,000 by default. */
  silenceMs?: number | undefined;
  /** The longest time to read, in milliseconds; 20,000 by default. */
  limitMs?: number | undefined;
  where?: Where | undefined;
}

/** The end of a log. */
export interface LogTail {
  /** Oldest first, as printed: control sequences and carriage returns included. The last one may be `open`. */
  lines: LogLine[];
  /** Nothing was printed before the first line (from `since` or `after` on). */
  reachedStart: boolean;
  /** Where the next call goes on; absent while nothing was printed. */
  cursor?: Cursor;
  /** The place before the first of `lines`; absent without lines, or where it has no time. */
  start?: Cursor;
  bytesRead: number;
  linesRead: number;
  /** The stream was still open: more may be printed. */
  live: boolean;
  /** Why reading ended; after `quiet` and `time` more may be there already. */
  ending: Ending;
  /** How long reading took, in milliseconds. */
  tookMs: number;
  /** More lines are there already; only with `after` or `first`. */
  more: boolean;
}

/**
 * The last lines of a job's log, at a cost in proportion to what is shown: reads a short window before the
 * end, then others until one holds enough and not far too much. Never waits for a running job to print more.
 * @throws {PlatformError} `not_found`. Source: protocol reference 4.2 (no server-side tail).
 */
export async function tailLog(
  at: Connection,
  { id, options }: OnJob<TailOptions>,
  call?: CallOptions,
): Promise<LogTail> {
  const startedMs = performance.now();
  const job = options.job ?? (await getJob(at, id, call));
  const reader = { ...readerOf(at, job, options), call };
  const isForward = options.first === true || (options.after !== undefined && options.before === undefined);
  const { lines, cursor, start, reachedStart, bytesRead, linesRead, ending, more } = isForward
    ? await readForward(reader, options)
    : await readBack(reader, job, options);
  return {
    lines,
    ...(cursor && { cursor }),
    ...(start && { start }),
    reachedStart,
    bytesRead,
    linesRead,
    live: ending !== "closed",
    ending,
    tookMs: performance.now() - startedMs,
    more,
  };
}

/** How to read this job's log. */
export function readerOf(
  at: Connection,
  job: JobDescription,
  { where, silenceMs, limitMs }: Pick<TailOptions, "where" | "silenceMs" | "limitMs">,
): Pick<Reader, "at" | "window"> {
  const silence = hasBegun(job) ? (silenceMs ?? SILENCE_MS) : PART_SILENCE.most;
  const window = {
    id: job.id,
    where: where ?? { cluster: job.cluster_name },
    isOver: isFinished(job.status),
    silence: { least: silence, most: silence },
    deadlineMs: performance.now() + (limitMs ?? LIMIT_MS),
  };
  return { at, window };
}

/** What was read, with the end of the last window. */
interface Read extends Pick<ResumedEnd, "cursor" | "bytesRead" | "linesRead" | "ending"> {
  lines: LogLine[];
  start: Cursor | undefined;
  reachedStart: boolean;
  more: boolean;
}

interface Reader {
  at: Connection;
  window: Omit<Window, "since">;
  call: CallOptions | undefined;
}

async function readBack(reader: Reader, job: JobDescription, options: TailOptions): Promise<Read> {
  const { lines = DEFAULT_LINES, maxBytes = DEFAULT_BYTES, after } = options;
  const startMs = after === undefined ? startOf(job, options) : Date.parse(after.time);
  const budget = Math.max(LEAST_BUDGET_BYTES, BUDGET_FACTOR * Math.min(maxBytes, lines * LONG_LINE_BYTES));
  const endMs = endOf(reader.at, job, options);
  const plan = new WindowPlan({ startMs, endMs, lines, bytes: maxBytes, budget });
  const spent = { bytesRead: 0, linesRead: 0 };
  let best: Part | undefined;
  let firstMs = 0;
  for (let step = plan.first(); ; ) {
    const longest = reader.window.silence;
    const silence = step.isWhole || step.isLast ? longest : silenceOfPart(longest, firstMs);
    const window = { ...reader.window, silence };
    const bounds = { ...step, budget: step.isLast ? Number.POSITIVE_INFINITY : budget };
    const part = await readPart({ ...reader, window }, bounds, options);
    spent.bytesRead += part.bytesRead;
    spent.linesRead += part.linesRead;
    firstMs = Math.max(firstMs, part.firstMs);
    if (part.ending === "time" || isEnough(part, step, budget))
      return { ...chosen(part, best, step), ...spent, more: false };
    if (!part.isTooMuch) best = part;
    step = plan.next(part, endOf(reader.at, job, options));
  }
}

/** The last part, unless the time ran out on it and a smaller one had brought more. */
function chosen(part: Part, best: Part | undefined, { isWhole }: Step): Omit<Read, "more"> {
  const isWorse = part.ending === "time" && best !== undefined && best.lines.length > part.lines.length;
  if (isWorse) return { ...best, reachedStart: false };
  return { ...part, reachedStart: isWhole && !part.hasDropped && !part.isTooMuch };
}

function isEnough({ isTooMuch, hasDropped, bytes }: Part, step: Step, budget: number): boolean {
  if (isTooMuch) return false;
  // Where it is not even long, what seemed too much before it was a burst.
  return hasDropped || step.isWhole || (step.isLast && (step.isSure || bytes >= budget));
}

/** What one window before the end held. */
interface Part extends ResumedEnd {
  lines: LogLine[];
  bytes: number;
  start: Cursor | undefined;
  /** Older lines were dropped for newer ones. */
  hasDropped: boolean;
  /** Reading was given up: it held more than was to be read. */
  isTooMuch: boolean;
  /** That was concluded from its beginning. */
  isForeseen: boolean;
  span: Span | undefined;
}

async function readPart(
  { at, window, call }: Reader,
  { fromMs, endMs, isWhole, foresees, budget }: Step & { budget: number },
  { lines = DEFAULT_LINES, maxBytes = DEFAULT_BYTES, since, until, after, before }: TailOptions,
): Promise<Part> {
  const floor = isWhole ? after : undefined;
  const newest = new NewestLines({ lines, bytes: maxBytes }, floor);
  const place = before === undefined ? undefined : new SameTime(countedFrom(floor, before));
  const from = since === undefined || !isWhole ? "" : timeKey(since.toISOString());
  const isLater = laterThan(until);
  const isPast = (line: LogLine) =>
    line.time !== undefined && (place?.isOld(line) === false || isLater(line));
  const times = new Times();
  let bytes = 0;
  let isForeseen = false;
  // Of a running job silence has to be waited out in each part, which costs more than it saves.
  const limit = window.isOver ? FAR_TOO_MUCH * budget : budget;
  const isFarTooMuch = ({ firstMs, lastMs }: Span) =>
    foresees && window.isOver && bytes * (endMs - firstMs) > limit * Math.max(1, lastMs - firstMs);
  const end = await readResuming(
    at,
    { ...window, since: isWhole ? since : new Date(fromMs), after: floor },
    (line) => {
      const isSampled = bytes > SAMPLE_BYTES;
      bytes += line.text.length + STAMP_BYTES;
      const sample = isSampled || bytes <= SAMPLE_BYTES ? undefined : times.span;
      isForeseen = sample !== undefined && isFarTooMuch(sample);
      if (isForeseen || bytes > limit || isPast(line)) return false;
      if (line.time !== undefined) {
        if (timeKey(line.time) < from) return true;
        times.saw(line.time);
      }
      newest.push(line);
      return true;
    },
    call,
  );
  if (end.rest !== undefined && !isPast(end.rest)) newest.push(end.rest);
  return {
    ...end,
    lines: newest.lines,
    bytes,
    start: newest.start,
    hasDropped: newest.hasDropped,
    isTooMuch: isForeseen || bytes > limit,
    isForeseen,
    span: times.span,
  };
}

/** The same place, counted in what comes after `floor`. */
export function countedFrom(floor: Cursor | undefined, place: Cursor): Cursor {
  if (floor === undefined || timeKey(floor.time) !== timeKey(place.time)) return place;
  return { ...place, count: Math.max(0, place.count - floor.count) };
}

/** The first lines of the log, or of what comes after a cursor. */
async function readForward(
  { at, window, call }: Reader,
  { lines = DEFAULT_LINES, maxBytes = DEFAULT_BYTES, since, until, after, isEnough }: TailOptions,
): Promise<Read> {
  const kept: LogLine[] = [];
  const isLater = laterThan(until);
  const from = since === undefined || after !== undefined ? "" : timeKey(since.toISOString());
  let bytes = 0;
  let isFull = false;
  let more = false;
  const end = await readResuming(
    at,
    { ...window, since, after },
    (line) => {
      if (isLater(line)) return false;
      if (line.time !== undefined && timeKey(line.time) < from) return true;
      bytes += line.text.length + 1;
      more = isFull || kept.length >= lines || (bytes > maxBytes && kept.length > 0);
      if (more) return false;
      kept.push(line);
      isFull = isEnough?.(line) ?? false;
      return true;
    },
    call,
  );
  if (end.rest !== undefined && !isLater(end.rest)) kept.push(end.rest);
  return { ...end, lines: kept, start: after, reachedStart: after === undefined, more };
}

export function laterThan(until: Date | undefined): (line: LogLine) => boolean {
  const to = until === undefined ? "\uffff" : timeKey(until.toISOString());
  return ({ time }) => time !== undefined && timeKey(time) > to;
}

/** Before a job has started there is nothing to wait for; the log of one that has ended is closed. */
function hasBegun({ status, history }: JobDescription): boolean {
  return history.started_at !== undefined || status === "running";
}

function startOf({ history }: JobDescription, { since }: TailOptions): number {
  const createdMs = history.created_at === undefined ? 0 : Date.parse(history.created_at);
  return Math.max(createdMs, since?.getTime() ?? 0);
}

/** Where the search for the end begins: a guess that decides the cost, not what is found. */
function endOf({ clock }: Connection, { history }: JobDescription, { until, before }: TailOptions): number {
  const endedMs = history.finished_at === undefined ? clock.nowMs() : Date.parse(history.finished_at);
  const placeMs = before === undefined ? endedMs : Date.parse(before.time) + 1;
  return Math.min(endedMs, until?.getTime() ?? endedMs, placeMs);
}
