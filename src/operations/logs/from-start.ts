import type { Cursor, JobDescription, LogTail, Platform } from "../../client/index.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import { showText } from "../../jobs/output/terminal.ts";
import { keyAfter, mayBeginInKey } from "../../jobs/redact/private-keys.ts";
import type { Bearing, LogPlace } from "./cursor.ts";
import type { Lead } from "./lead.ts";
import { type LogQuery, type ReadPlan, waitSecondsOf } from "./query.ts";
import { KEY_LINES, SEARCHED } from "./watch.ts";

/** Whether to read on from the start of the logs. @throws {InvalidInputError} something else was asked as well */
export function isFromStart(query: LogQuery, bearings: ReadonlyMap<string, Bearing>): boolean {
  const { from, cursor, newest_first: isReversed } = query;
  const isOnward = [...bearings.values()].every(
    ({ after, before }) => after?.line !== undefined && before === undefined,
  );
  if (from !== "start")
    return from === undefined && cursor !== undefined && isOnward && !isReversed && !isWaiting(query);
  if (cursor !== undefined && !isOnward)
    throw refused(query, "cursor", "begins anew, while this cursor goes on from the end of the log");
  if (isReversed === true) throw refused(query, "newest_first", "gives the oldest matches first");
  if (isWaiting(query)) throw refused(query, "wait", "reads what is there and does not wait for more");
  return true;
}

function isWaiting(query: LogQuery): boolean {
  return query.until_pattern !== undefined || waitSecondsOf(query) > 0;
}

function refused(query: LogQuery, what: "cursor" | "newest_first" | "wait", why: string): InvalidInputError {
  const { cursor, newest_first, until_pattern: pattern, wait_seconds, ...same } = query;
  const others = what === "cursor" ? { newest_first } : { cursor, newest_first: undefined };
  const grep = pattern === undefined ? {} : { grep: pattern };
  const instead = pattern === undefined ? "" : " and give grep for the first lines that match";
  const names = what === "wait" ? waitingArguments(query) : what;
  const example = JSON.stringify({ ...same, ...others, ...grep });
  return new InvalidInputError(`from: "start" ${why}: leave out ${names}${instead}, e.g. ${example}`);
}

function waitingArguments({ until_pattern, wait_seconds }: LogQuery): string {
  const given = Object.entries({ until_pattern, wait_seconds }).filter(([, value]) => value !== undefined);
  return given.map(([name]) => name).join(" and ");
}

/** The first lines of a log, or the next ones, up to the last match wanted where there is a search. */
export async function readFromStart(
  platform: Platform,
  {
    job,
    plan,
    after,
    earlier,
  }: { job: JobDescription; plan: ReadPlan; after: LogPlace | undefined; earlier: Lead["lines"] },
  signal: AbortSignal,
): Promise<Omit<LogTail, "start"> & { start: LogPlace | undefined; linesBefore: number }> {
  const { lines, since, until, enough } = plan;
  const linesBefore = after?.line ?? 0;
  const read = (place: LogPlace | undefined) => {
    const line = enough?.({ inKey: place?.inKey, lines: earlier });
    const bounds = line === undefined ? { lines } : { ...SEARCHED, isEnough: line };
    return platform.jobs.tail(job.id, { job, since, until, after, first: true, ...bounds }, { signal });
  };
  const tail = await read(after);
  if (after !== undefined || since === undefined || !mayBeginInKey(tail.lines.map(({ text }) => text)))
    return { ...tail, start: after, linesBefore };
  const place = { time: since.toISOString(), count: 0 };
  const start = await keyedPlace(platform, { job, place }, signal);
  // What was taken for a match may have been a line of a key.
  const again = start.inKey === undefined || enough === undefined ? tail : await read(start);
  return { ...again, start, linesBefore };
}

/** A place, and whether it is inside a private key. */
export async function keyedPlace(
  platform: Platform,
  { job, place }: { job: JobDescription; place: Cursor },
  signal: AbortSignal,
): Promise<LogPlace> {
  const options = { job, before: place, lines: KEY_LINES };
  const { lines } = await platform.jobs.tail(job.id, options, { signal });
  return { ...place, inKey: keyAfter(lines.map(({ text }) => showText(text))) };
}
