import {
  type Cursor,
  isFinished,
  type JobDescription,
  type LogLine,
  type LogTail,
  type Platform,
  type PlatformError,
  type TailOptions,
} from "../../client/index.ts";
import { mayBeginInKey } from "../../jobs/redact/private-keys.ts";
import type { Call } from "../caller.ts";
import { type Bearing, isSamePlace, type LogPlace } from "./cursor.ts";
import { keyedPlace, readFromStart } from "./from-start.ts";
import { LEAD_LINES, linesBefore } from "./lead.ts";
import type { LogWait, ReadPlan } from "./query.ts";
import { type Found, type SearchAsked, searchLog } from "./search.ts";
import { KEY_LINES, type LogRead, nothingRead, SEARCHED, watchLog } from "./watch.ts";

/** A part of one job's log, as printed. */
export interface LogPart extends LogRead {
  /** How many of the first `lines` were read for redaction only. */
  lead: number;
  /** The lines before the first of `lines`, where those begin at a place or time: for redaction only. */
  earlier?: readonly LogLine[] | undefined;
  /** Nothing before this place was wanted. */
  floor?: LogPlace | undefined;
  /** How many lines came after `floor`, where `lines` does not hold them all. */
  newLines?: number | undefined;
  /** How many lines of the log are before `lines`; only where reading began at its start. */
  linesBefore?: number | undefined;
  /** Whether the line waited for came; absent when none was waited for. */
  matched?: boolean;
  /** Whether everything there was had been searched for it. */
  isWhole?: boolean;
  /** What a search found; then `lines` are those of it, and not all that stand side by side. */
  found?: Found;
  /** Why this log could not be read when others could. */
  trouble?: { code: string; message: string };
}

interface Asked {
  job: JobDescription;
  plan: ReadPlan;
  bearing: Bearing;
  /** The lines before the place or time to begin at, where a search needs them. */
  earlier?: readonly LogLine[] | undefined;
}

/** Reads what `plan` asks for of one job's log, from a place if one is given. */
export async function readJobLog(
  platform: Platform,
  { job, plan, bearing = {} }: { job: JobDescription; plan: ReadPlan; bearing: Bearing | undefined },
  call: Pick<Call, "signal" | "progress">,
): Promise<LogPart> {
  const place = beginsAt({ job, plan, bearing });
  const earlierLines = () => place && linesBefore(platform, { job, place }, call.signal);
  const isSearch = plan.search !== undefined || plan.wait?.isSearch === true;
  const earlier = isSearch ? await earlierLines() : undefined;
  const part = await readPart(platform, { job, plan, bearing, earlier }, call);
  // Who follows a job that prints nothing pays nothing.
  const isLed = isSearch || part.lines.length === 0 || part.lead >= LEAD_LINES;
  return { ...part, earlier: isLed ? earlier : await earlierLines() };
}

/** The place or time the reading is bounded by, unless the log begins later. */
function beginsAt({ job, plan: { since }, bearing: { after } }: Asked): Cursor | undefined {
  if (after !== undefined || since === undefined) return after;
  const place = beginning(job, since);
  return Date.parse(place.time) > Date.parse(job.history.created_at ?? "1970") ? place : undefined;
}

async function readPart(
  platform: Platform,
  { job, plan, bearing, earlier }: Asked,
  call: Pick<Call, "signal" | "progress">,
): Promise<LogPart> {
  const { signal } = call;
  const { lines, since, until, isFromStart, wait, search } = plan;
  const { after, before } = bearing;
  if (wait !== undefined) return readWaiting(platform, { job, plan, after, wait, earlier }, signal);
  const options = { since, until, after, before, job, lines, ...(search && SEARCHED) };
  const isForward = after !== undefined && before === undefined;
  if (search !== undefined && !isForward && !isFromStart)
    return readSearched(platform, { job, since, until, bearing, wanted: search, earlier }, call);
  const { live, ...tail } = isFromStart
    ? { ...(await readFromStart(platform, { job, plan, after, earlier }, signal)), lead: 0 }
    : isForward
      ? { ...(await platform.jobs.tail(job.id, options, { signal })), lead: 0 }
      : await lastLines(platform, options, signal);
  return {
    ...tail,
    job,
    cursor: tail.cursor ?? beginning(job, since),
    // Only the place itself says whether it is inside a key.
    start: isSamePlace(tail.start, after) ? after : await startOf(platform, { job, plan, tail }, signal),
    floor: after,
    ended: !live && isFinished(job.status),
  };
}

async function readSearched(
  platform: Platform,
  asked: SearchAsked,
  call: Pick<Call, "signal" | "progress">,
): Promise<LogPart> {
  const { cursor, ...read } = await searchLog(platform, asked, call);
  const { job, since, bearing } = asked;
  return { ...read, lead: 0, cursor: cursor ?? beginning(job, since), floor: bearing.after };
}

/** The place before the first line; a key may have begun before the time asked for, or before what is searched. */
async function startOf(
  platform: Platform,
  { job, plan, tail }: { job: JobDescription; plan: ReadPlan; tail: Begun },
  signal: AbortSignal,
): Promise<LogPlace | undefined> {
  const { start, lines, reachedStart } = tail;
  const isCut = plan.since !== undefined || (plan.search !== undefined && !reachedStart);
  if (start === undefined || start.inKey !== undefined || !isCut) return start;
  if (!mayBeginInKey(lines.map(({ text }) => text))) return start;
  return keyedPlace(platform, { job, place: start }, signal);
}

interface Begun extends Pick<LogTail, "lines" | "reachedStart"> {
  start?: LogPlace | undefined;
}

/** The end of a log, the first `lead` lines of it for redaction only. */
export interface LedTail extends LogTail {
  lead: number;
}

/** The last lines of a log, and as many before them as it takes to recognise what is secret in them. */
export async function lastLines(
  platform: Platform,
  { lines, ...options }: TailOptions & { job: JobDescription; lines: number },
  signal: AbortSignal,
): Promise<LedTail> {
  const read = (lead: number) =>
    platform.jobs.tail(options.job.id, { ...options, lines: lines + lead }, { signal });
  let tail = await read(LEAD_LINES);
  const isUnsure = !tail.reachedStart && mayBeginInKey(tail.lines.map(({ text }) => text));
  if (isUnsure) tail = await read(KEY_LINES);
  return { ...tail, ...leadOf(tail, lines) };
}

async function readWaiting(
  platform: Platform,
  {
    job,
    plan,
    after,
    wait,
    earlier,
  }: Omit<Asked, "bearing"> & { after?: LogPlace | undefined; wait: LogWait },
  signal: AbortSignal,
): Promise<LogPart> {
  const { lines, since } = plan;
  const { matcher, found, isSearch: _, ...rest } = wait;
  const isMatch = matcher({ inKey: after?.inKey, lines: earlier });
  const keep = lines + LEAD_LINES;
  const options = { ...rest, isMatch, keep, stop: found.signal, job, after, since };
  const { taken, ...read } = await watchLog(platform, options, signal);
  if (read.matched) found.abort();
  return {
    ...read,
    ...leadOf(read, lines),
    start: after === undefined ? await startOf(platform, { job, plan, tail: read }, signal) : read.start,
    cursor: read.cursor ?? beginning(job, since),
    floor: after,
    newLines: after === undefined ? undefined : taken,
  };
}

function leadOf({ lines, reachedStart }: Pick<LogTail, "lines" | "reachedStart">, wanted: number) {
  const lead = Math.max(0, lines.length - wanted);
  return { lead, reachedStart: reachedStart && lead === 0 };
}

/** Before anything that the job can have printed in the time asked for. */
function beginning({ history }: JobDescription, since: Date | undefined): Cursor {
  const created = history.created_at === undefined ? 0 : Date.parse(history.created_at);
  return { time: new Date(Math.max(created, since?.getTime() ?? 0)).toISOString(), count: 0 };
}

/** A log that could not be read at all; the next call tries at the same place. */
export function notRead(
  job: JobDescription,
  { code, message }: PlatformError,
  { bearing: { after, before } = {}, plan }: { bearing: Bearing | undefined; plan: ReadPlan },
): LogPart {
  return {
    ...nothingRead(job),
    lead: 0,
    reachedStart: before === undefined,
    cursor: after ?? beginning(job, plan.since),
    start: before ?? after,
    floor: after,
    linesBefore: plan.isFromStart ? (after?.line ?? 0) : undefined,
    trouble: { code, message },
  };
}
