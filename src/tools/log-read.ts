import {
  type Cursor,
  isFinished,
  type JobDescription,
  type LogLine,
  type Platform,
  type PlatformError,
} from "../client/index.ts";
import type { Bearing } from "./log-cursor.ts";
import { watchLog } from "./log-watch.ts";

/** Lines read before the first one shown, so that a secret that began there is still known for one. */
const CONTEXT_LINES = 100;
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
    | { isMatch: (text: string) => boolean; deadlineMs: number; onLine: () => void; found: AbortController }
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
  start?: Cursor | undefined;
  /** More lines are there already, after the last one. */
  more: boolean;
  /** Whether the line waited for came; absent when none was waited for. */
  matched?: boolean;
  /** Whether all there was had been searched for it. */
  isWhole?: boolean;
  /** Nothing will follow. */
  ended: boolean;
  /** Why it could not be read, where others could. */
  trouble?: string;
}

/** Reads what `plan` asks for of one job's log, at a place where one is given. */
export async function readLog(
  platform: Platform,
  { job, plan, bearing }: { job: JobDescription; plan: ReadPlan; bearing: Bearing | undefined },
  signal: AbortSignal,
): Promise<LogPart> {
  const { lines, since, until, isSearch, wait } = plan;
  const { after, before } = ends(bearing);
  if (wait !== undefined) {
    const read = await watchLog(
      platform,
      { ...wait, stop: wait.found.signal, job, after, since, keep: lines + CONTEXT_LINES },
      signal,
    );
    if (read.matched) wait.found.abort();
    return { cursor: beginning(job, since), ...read, more: false, ...cut(read, lines) };
  }
  const bounds = isSearch
    ? { lines: SEARCHED_LINES, maxBytes: SEARCHED_BYTES }
    : { lines: lines + CONTEXT_LINES };
  const wanted = after === undefined ? bounds : { ...bounds, lines: isSearch ? SEARCHED_LINES : lines };
  const tail = await platform.jobs.tail(job.id, { ...wanted, since, until, after, before, job }, { signal });
  const isWhole = isSearch || after !== undefined;
  return {
    cursor: beginning(job, since),
    ...tail,
    job,
    ended: !tail.live && isFinished(job.status),
    ...(isWhole ? { lead: 0 } : cut(tail, lines)),
  };
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
  { bearing, since }: { bearing: Bearing | undefined; since: Date | undefined },
): LogPart {
  const { after = beginning(job, since), before } = ends(bearing);
  const nothing = { lines: [], lead: 0, linesRead: 0, bytesRead: 0, more: false, ended: false };
  const place = { cursor: after, start: before, reachedStart: before === undefined };
  return { job, ...nothing, ...place, trouble: `${code}: ${message}` };
}

function ends(bearing: Bearing | undefined): { after?: Cursor; before?: Cursor } {
  return bearing ?? {};
}

/** How many of the lines are only there to be read past, and whether what is shown starts at the start. */
function cut(
  read: { lines: LogLine[]; reachedStart: boolean },
  lines: number,
): { lead: number; reachedStart: boolean } {
  const lead = Math.max(0, read.lines.length - lines);
  return { lead, reachedStart: read.reachedStart && lead === 0 };
}
