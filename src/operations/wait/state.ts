import { type JobDescription, Retry } from "../../client/index.ts";
import { nameOf } from "../../jobs/standing.ts";
import { formatDuration } from "../../jobs/time/durations.ts";
import type { Call } from "../caller.ts";
import { pauseFor } from "../patience.ts";
import { type Poll, startPoll } from "../watch/poll.ts";
import type { Outcome, Wait } from "./outcome.ts";

const POLL_MS = 1000;

/** Waits until all jobs are as wanted. @throws {PlatformError} none of them can be read any more */
export async function untilState(
  isReached: (job: JobDescription) => boolean,
  { jobs, startedMs, deadlineMs }: Wait,
  { caller: { platform }, signal, progress }: Call,
): Promise<Outcome> {
  const resolvedAtMs = Date.now();
  const poll = startPoll(jobs, platform);
  const retry = new Retry(POLL_MS);
  let pauseMs = POLL_MS;
  const isOver = (job: JobDescription) => isReached(job) || poll.gone.has(job.id);
  while (!poll.jobs.every(isOver)) {
    const leftMs = deadlineMs - Date.now();
    if (leftMs <= 0) break;
    progress(progressText(poll, isReached, startedMs));
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
  const old = trouble && { message: trouble.message, asOfMs: answeredAtMs ?? resolvedAtMs };
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
  const after = formatDuration((Date.now() - startedMs) / 1000);
  const fault = trouble === undefined ? "" : "; the platform does not answer, trying again";
  return `${jobs.length - waiting.length} of ${jobs.length} there after ${after}; waiting for ${names.join(", ")}${more}${fault}`;
}
