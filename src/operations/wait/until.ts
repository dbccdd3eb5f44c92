import { type JobDescription, type PlatformError, Retry } from "../../client/index.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import { compileSearch } from "../../jobs/output/grep.ts";
import { cleanLines, fitLine } from "../../jobs/output/lines.ts";
import type { Redact } from "../../jobs/redact/index.ts";
import { nameOf } from "../../jobs/standing.ts";
import { formatDuration } from "../../jobs/time/durations.ts";
import { type Call, redactorFor } from "../caller.ts";
import { LEAD_LINES } from "../logs/lead.ts";
import { lineMatcher } from "../logs/matcher.ts";
import { type LogRead, watchLog } from "../logs/watch.ts";
import { passing, pauseFor } from "../patience.ts";
import { Poll } from "../watch/poll.ts";

const POLL_MS = 1000;
/** One stream a job. */
const MAX_WATCHED = 10;
const MAX_LINE_CHARS = 500;
const LAST_LOOK_MS = 3000;

/** Jobs to wait for; times are Unix milliseconds. */
export interface Wait {
  jobs: JobDescription[];
  startedMs: number;
  deadlineMs: number;
}

/** What a wait came to. */
export interface Outcome {
  finished: boolean;
  /** As last seen, in the order asked for. */
  jobs: JobDescription[];
  /** Those whose record can no longer be read, and why. */
  gone: ReadonlyMap<string, PlatformError>;
  /** A fault of the platform that lasted to the end, and when it last told how the jobs are. */
  trouble?: { error: PlatformError; asOfMs?: number | undefined } | undefined;
  /** Nothing is left to wait for. */
  isOver: boolean;
  /** The line that was waited for, secrets hidden. */
  match?: { job: JobDescription; line: string } | undefined;
  /** Those whose log was not read from its first line to its end. */
  unread: JobDescription[];
}

/** Waits until all jobs are as wanted. @throws {PlatformError} none of them can be read any more */
export async function untilState(
  isReached: (job: JobDescription) => boolean,
  { jobs, startedMs, deadlineMs }: Wait,
  { caller: { platform }, signal, progress }: Call,
): Promise<Outcome> {
  const resolvedAtMs = Date.now();
  const poll = new Poll(jobs, platform);
  const retry = new Retry(POLL_MS);
  let pauseMs = POLL_MS;
  const isOver = (job: JobDescription) => isReached(job) || poll.gone.has(job.id);
  while (!poll.jobs.every(isOver)) {
    const leftMs = deadlineMs - performance.now();
    if (leftMs <= 0) break;
    progress(progressText(poll, isReached, startedMs), shareOf(poll.jobs, isReached));
    if ((poll.trouble?.retryAfterMs ?? 0) > leftMs) break;
    await pauseFor(Math.min(pauseMs, leftMs), signal);
    await poll.refresh(signal, deadlineMs);
    if (poll.trouble === undefined) retry.succeeded();
    pauseMs = poll.trouble === undefined ? POLL_MS : retry.afterFailure(poll.trouble);
  }
  const finished = poll.jobs.every(isReached);
  return { ...lastSeen(poll, resolvedAtMs), finished, isOver: poll.jobs.every(isOver), unread: [] };
}

function lastSeen({ jobs, gone, trouble, answeredAtMs }: Poll, resolvedAtMs: number) {
  const [lost] = gone.values();
  if (lost !== undefined && gone.size === jobs.length) throw lost;
  const old = trouble && { error: trouble, asOfMs: answeredAtMs ?? resolvedAtMs };
  return { jobs, gone, trouble: old };
}

function progressText(
  { jobs, trouble }: Poll,
  isReached: (job: JobDescription) => boolean,
  startedMs: number,
): string {
  const waiting = jobs.filter((job) => !isReached(job));
  const names = waiting.slice(0, 3).map((job) => `${nameOf(job)} ${job.status}`);
  const more = waiting.length > names.length ? ` and ${waiting.length - names.length} more` : "";
  const after = formatDuration((performance.now() - startedMs) / 1000);
  const fault = trouble === undefined ? "" : "; the platform does not answer, trying again";
  return `${jobs.length - waiting.length} of ${jobs.length} there after ${after}; waiting for ${names.join(", ")}${more}${fault}`;
}

function shareOf(jobs: readonly JobDescription[], isReached: (job: JobDescription) => boolean): number {
  return jobs.filter(isReached).length / jobs.length;
}

/** Waits for a matching line: the first job to print one ends the wait for all. */
export async function untilLine(
  pattern: string,
  { jobs, deadlineMs }: Wait,
  { caller, signal, progress }: Call,
): Promise<Outcome> {
  if (jobs.length > MAX_WATCHED)
    throw new InvalidInputError(
      `until: "log" watches at most ${MAX_WATCHED} jobs; ${jobs.length} were named.`,
      { argument: "jobs" },
    );
  const redact = redactorFor(caller, jobs);
  const matcher = lineMatcher(pattern, { redact });
  const found = new AbortController();
  let match: Outcome["match"];
  let trouble: Outcome["trouble"];
  const unread: JobDescription[] = [];
  const watchOne = async (job: JobDescription) => {
    const onLine = () => progress(`reading the log of ${nameOf(job)}`);
    const options = { job, isMatch: matcher(), keep: LEAD_LINES + 1, deadlineMs, stop: found.signal, onLine };
    const watched = await watchLog(caller.platform, options, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      trouble = { error: passing(error) };
    });
    if (watched === undefined || !watched.ended || !watched.isWhole) unread.push(job);
    if (watched?.matched !== true || match !== undefined) return;
    const line = lastShown(watched, redact);
    const hit = compileSearch(pattern).indexIn(line);
    match = { job, line: fitLine({ text: line }, { maxChars: MAX_LINE_CHARS, hit }) };
    found.abort();
  };
  await Promise.all(jobs.map(watchOne));
  const poll = new Poll(jobs, caller.platform);
  await poll.refresh(signal, performance.now() + LAST_LOOK_MS);
  const finished = match !== undefined;
  return { finished, jobs: poll.jobs, gone: new Map(), match, trouble, isOver: finished, unread };
}

/** The last line behind those before it, which may name what is secret in it. */
function lastShown({ lines, start }: LogRead, redact: Redact): string {
  const rows = cleanLines(lines, redact, { inKey: start?.inKey });
  return rows.findLast(({ from }) => from === lines.length - 1)?.text ?? "";
}
