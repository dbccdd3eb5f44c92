import {
  type Cursor,
  isFinished,
  type JobDescription,
  type LogLine,
  type LogTail,
  type Platform,
  type PlatformError,
} from "../../client/index.ts";
import type { InKey } from "../../jobs/redact/key-guard.ts";
import type { Bearing, LogPlace } from "./cursor.ts";
import { CONTEXT_LINES, lastLines } from "./last-lines.ts";
import type { LineMatch } from "./line-matcher.ts";
import { watchLog } from "./watch.ts";

/** How much of a log a search looks at, from its end. */
const SEARCHED_LINES = 100_000;
const SEARCHED_BYTES = 8 * 1024 * 1024;

/** What to read of each log. */
export interface ReadPlan {
  lines: number;
  since?: Date | undefined;
  until?: Date | undefined;
  /** Read all there is, bounded, because it is searched. */
  isSearch: boolean;
  /** Wait for new lines, until one matches in any of the logs. */
  wait?:
    | {
        matcher: (inKey?: InKey) => LineMatch;
        deadlineMs: number;
        onLine: () => void;
        found: AbortController;
      }
    | undefined;
}

/** A part of one job's log, as printed. */
export interface LogPart {
  job: JobDescription;
  lines: LogLine[];
  /** So many of `lines`, at their beginning, are there for redaction only. */
  lead: number;
  reachedStart: boolean;
  linesRead: number;
  bytesRead: number;
  /** The place after what was read; absent where it could not be. */
  cursor?: Cursor | undefined;
  /** The place before the first of `lines`. */
  start?: LogPlace | undefined;
  /** Nothing before this place was wanted. */
  floor?: LogPlace | undefined;
  /** So many lines came behind `floor`, where not all of them are in `lines`. */
  newLines?: number | undefined;
  /** More lines are there already, after the last one. */
  more: boolean;
  /** Whether the line waited for came; absent when none was waited for. */
  matched?: boolean;
  /** Whether all there was had been searched for it. */
  isWhole?: boolean;
  /** Nothing will follow. */
  ended: boolean;
  /** Why reading ended, and after how long; absent where it went on until the time was over. */
  ending?: LogTail["ending"];
  tookMs?: number;
  /** Why it could not be read, where others could. */
  trouble?: { code: string; message: string };
}

/** Reads what `plan` asks for of one job's log, at a place where one is given. */
export async function readJobLog(
  platform: Platform,
  { job, plan, bearing = {} }: { job: JobDescription; plan: ReadPlan; bearing: Bearing | undefined },
  signal: AbortSignal,
): Promise<LogPart> {
  const { lines, since, until, isSearch, wait } = plan;
  const { after, before } = bearing;
  if (wait !== undefined) return readWaiting(platform, { job, lines, since, after, wait }, signal);
  const span = { since, until, after, before, job };
  const most = isSearch ? { lines: SEARCHED_LINES, maxBytes: SEARCHED_BYTES } : { lines };
  const isForward = after !== undefined && before === undefined;
  const tail =
    isForward || isSearch
      ? { ...(await platform.jobs.tail(job.id, { ...span, ...most }, { signal })), lead: 0 }
      : await lastLines(platform, { ...span, ...most }, signal);
  return {
    cursor: beginning(job, since),
    ...tail,
    job,
    floor: after,
    ...(isAt(tail.start, after) ? { start: after } : {}),
    ended: !tail.live && isFinished(job.status),
  };
}

interface Waiting {
  job: JobDescription;
  lines: number;
  since: Date | undefined;
  after: LogPlace | undefined;
  wait: NonNullable<ReadPlan["wait"]>;
}

async function readWaiting(
  platform: Platform,
  { job, lines, since, after, wait }: Waiting,
  signal: AbortSignal,
): Promise<LogPart> {
  const { matcher, found, ...rest } = wait;
  const read = await watchLog(
    platform,
    {
      ...rest,
      isMatch: matcher(after?.inKey),
      stop: found.signal,
      job,
      after,
      since,
      keep: lines + CONTEXT_LINES,
    },
    signal,
  );
  if (read.matched) found.abort();
  const lead = Math.max(0, read.lines.length - lines);
  return {
    cursor: beginning(job, since),
    ...read,
    more: read.more,
    floor: after,
    lead,
    reachedStart: read.reachedStart && lead === 0,
    ...(after === undefined ? {} : { newLines: read.taken }),
  };
}

/** A place is inside a key only if the one that it was made from is. */
function isAt(start: Cursor | undefined, after: LogPlace | undefined): boolean {
  return start !== undefined && start.time === after?.time && start.count === after.count;
}

/** Before all that a job can have printed in the time asked for. */
function beginning({ history }: JobDescription, since: Date | undefined): Cursor {
  const created = history.created_at === undefined ? 0 : Date.parse(history.created_at);
  return { time: new Date(Math.max(created, since?.getTime() ?? 0)).toISOString(), count: 0 };
}

/** The part of a log that could not be read at all; the next call tries at the same place. */
export function notRead(
  job: JobDescription,
  { code, message }: PlatformError,
  { bearing = {}, since }: { bearing: Bearing | undefined; since: Date | undefined },
): LogPart {
  const { after = beginning(job, since), before } = bearing;
  const nothing = { lines: [], lead: 0, linesRead: 0, bytesRead: 0, more: false, ended: false };
  const place = { cursor: after, start: before, floor: bearing.after, reachedStart: before === undefined };
  return { job, ...nothing, ...place, trouble: { code, message } };
}
