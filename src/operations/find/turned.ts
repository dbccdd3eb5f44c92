import { isFinished, type JobDescription, msLeft, PlatformError } from "../../client/index.ts";
import { timesDisplaced } from "../../jobs/reasons/history.ts";
import type { Asking } from "../caller.ts";
import { pauseFor } from "../patience.ts";
import { Poll } from "../watch/poll.ts";

const POLL_MS = 250;
const QUICK_MS = 5000;
const SLOW_POLL_MS = 1000;
const LEAST_LOOK_MS = 500;

/** Whether a job has ended, was started anew or lost its place since it was seen like this. */
export function hasTurned(before: JobDescription, now: JobDescription): boolean {
  return isFinished(now.status) || wasRestarted(before, now) || wasDisplaced(before, now);
}

export function wasRestarted(before: JobDescription, now: JobDescription): boolean {
  return now.history.restarts > before.history.restarts;
}

/** Whether it was taken off its node, also if it runs again on another. */
export function wasDisplaced(before: JobDescription, now: JobDescription): boolean {
  return timesDisplaced(now) > timesDisplaced(before);
}

/** Whether what a poll tells is how things stand, not how they stood before it. */
function isKnown({ trouble, answeredAtMs, gone }: Poll): boolean {
  return trouble === undefined && answeredAtMs !== undefined && gone.size === 0;
}

/** The job once it has turned, or as it stands after `ms`; undefined when it cannot be read. */
export async function untilTurned(
  job: JobDescription,
  ms: number,
  { caller: { platform }, signal }: Asking,
): Promise<JobDescription | undefined> {
  const poll = new Poll([job], platform);
  const startedMs = performance.now();
  const deadlineMs = startedMs + Math.min(ms, msLeft(signal));
  try {
    for (;;) {
      // Whoever woke up late still takes a look: an earlier one does not tell how things stand now.
      await poll.refresh(signal, Math.max(deadlineMs, performance.now() + LEAST_LOOK_MS));
      const [now = job] = poll.jobs;
      if (hasTurned(job, now)) return now;
      const nowMs = performance.now();
      const pauseMs = pauseAfter(nowMs - startedMs);
      if (nowMs + pauseMs >= deadlineMs) return isKnown(poll) ? now : undefined;
      await pauseFor(pauseMs, signal);
    }
  } catch (error) {
    if (signal.aborted || !(error instanceof PlatformError)) throw error;
    return undefined;
  }
}

/** Who has waited for long is told a little later. */
function pauseAfter(waitedMs: number): number {
  return waitedMs < QUICK_MS ? POLL_MS : SLOW_POLL_MS;
}
