import type { JobDescription } from "../../client/index.ts";
import { callText } from "../../jobs/next-call.ts";
import { fenceOutput } from "../../jobs/output/fence.ts";
import { timesRestarted } from "../../jobs/reasons/history.ts";
import { countStatuses, countsText } from "../../jobs/rows.ts";
import { nameOf, stateLine, statusText, type View } from "../../jobs/standing.ts";
import { formatDuration, formatInstant } from "../../jobs/time/durations.ts";
import { present, timesText } from "../../jobs/words.ts";
import type { NextStep, WaitResult } from "../../operations/wait/index.ts";
import { errorText } from "../errors.ts";

/** Jobs named one by one. */
export const MAX_NAMED = 20;
const MAX_IN_LINE = 5;
const LEAST_URGENT_FIRST = ["suspended", "pending", "cancelled", "failed"];

export function waitText(result: WaitResult): string {
  const { finished, jobs, match, trouble, view, next } = result;
  return present([
    `finished: ${finished}${metText(result)}, after ${waitedSeconds(result)} s of waiting.`,
    ...stateLines(jobs, view),
    ...goneLines(result),
    trouble && troubleText(trouble, view.nowMs),
    match && fenceOutput(match.line, `matching line of ${nameOf(match.job)}`),
    nextText(next),
  ]).join("\n");
}

/** How the jobs stand, in a line. */
export function standingText({ jobs, trouble }: WaitResult): string {
  const states =
    jobs.length <= MAX_IN_LINE
      ? jobs.map((job) => `${nameOf(job)} ${statusText(job)}`).join(", ")
      : `${jobs.length} jobs: ${countsText(countStatuses(jobs))}`;
  return trouble === undefined ? states : `${states}; the platform does not answer just now`;
}

/** What was met: a job can go on when its line has come. */
function metText({ finished, match, ended, jobs }: WaitResult): string {
  if (!finished) return "";
  if (match !== undefined) return ended ? " (the line came; all have ended)" : " (the line came)";
  if (ended) return jobs.length === 1 ? " (it has ended)" : " (all have ended)";
  return jobs.length === 1 ? " (it runs)" : " (all run or have ended)";
}

/** Rounded to a tenth. */
export function waitedSeconds({ waitedMs }: WaitResult): number {
  return Math.round(waitedMs / 100) / 10;
}

/** How old the shown state is, and why. */
function troubleText({ error, asOfMs }: NonNullable<WaitResult["trouble"]>, nowMs: number): string {
  const message = errorText(error);
  if (asOfMs === undefined) return `The platform did not answer the last time it was asked: ${message}`;
  const age = formatDuration((nowMs - asOfMs) / 1000);
  return `No answer since ${formatInstant(asOfMs)}, ${age} ago, so this is the state at that time: ${message}`;
}

function goneLines({ jobs, gone }: WaitResult): string[] {
  return jobs.flatMap((job) => {
    const error = gone.get(job.id);
    if (error === undefined) return [];
    return [`${nameOf(job)} can no longer be read; it was ${job.status} when last seen. ${errorText(error)}`];
  });
}

/** One line a job; with many jobs the counts, and those that need attention. */
function stateLines(jobs: JobDescription[], view: View): string[] {
  if (jobs.length <= MAX_NAMED) return jobs.map((job) => stateLine(job, view));
  const rank = ({ status }: JobDescription) => LEAST_URGENT_FIRST.indexOf(status);
  const named = [...jobs].sort((a, b) => rank(b) - rank(a)).slice(0, MAX_NAMED);
  return [
    `${jobs.length} jobs: ${countsText(countStatuses(jobs))}. The ${MAX_NAMED} to look at first:`,
    ...named.map((job) => stateLine(job, view)),
  ];
}

function nextText(next: NextStep): string {
  const call = `Next: ${callText(next.call)}`;
  if (next.reason === "not_all_read")
    return `No line matched in what was read, which is not the whole log of ${next.jobs.map(nameOf).join(", ")}. ${call}`;
  if (next.reason === "no_line") return `No line matched and none will: all have ended. ${call}`;
  if (next.reason === "stuck")
    return `${call} says why ${stuckText(next.jobs)} and what would help. To wait anyway: ${callText(next.wait)}`;
  return call;
}

function stuckText([first, ...others]: JobDescription[]): string {
  const who = first === undefined ? "" : `${nameOf(first)} ${troubleOf(first)}`;
  return others.length === 0 ? who : `${who}, and ${others.length} more`;
}

function troubleOf(job: JobDescription): string {
  if (job.status === "pending") return `has not started (${statusText(job)})`;
  return `was restarted ${timesText(timesRestarted(job))} (restart policy ${job.restart_policy})`;
}
