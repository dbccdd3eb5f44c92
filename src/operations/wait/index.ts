import { isFinished, type JobDescription } from "../../client/index.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import type { NextCall } from "../../jobs/next-call.ts";
import { keepsRestarting } from "../../jobs/reasons/history.ts";
import type { View } from "../../jobs/standing.ts";
import type { Call } from "../caller.ts";
import { refsAgain, resolveAll, whereOf } from "../find/index.ts";
import { patiently } from "../patience.ts";
import { type Outcome, untilLine, untilState, type Wait } from "./until.ts";

/** The most jobs named in a call for their states or logs. */
const MOST_NAMED = 20;
const LONG_PENDING_MS = 600_000;
/** Source: protocol reference 3.11. */
const NOT_BY_ITSELF = /^(ErrImagePull|ImagePullBackOff|InvalidImageName|DiskUnavailable)$|quota/i;

/** What to wait for, of which jobs. Keys are those of job_wait: the calls that go on repeat them. */
export interface WaitQuery {
  jobs: string[];
  until: "running" | "finished" | "log";
  pattern?: string | undefined;
  wait_seconds?: number | undefined;
  project?: string | undefined;
}

/** What a wait came to, and how to go on. */
export interface WaitResult extends Outcome {
  waitedMs: number;
  /** No job that can still be read is active. */
  ended: boolean;
  view: View;
  next: NextStep;
}

/**
 * What to call next: the log of the job that printed the line, or of all; a search of what was not read; why some
 * failed; another wait; or why some make no progress, with `wait` for a caller who waits all the same.
 */
export type NextStep =
  | { reason: "line_found" | "some_failed" | "no_line" | "reached" | "still_waiting"; call: NextCall }
  | { reason: "not_all_read"; call: NextCall; jobs: JobDescription[] }
  | { reason: "stuck"; call: NextCall; jobs: JobDescription[]; wait: NextCall };

/** Waits until all jobs are as wanted, one of them prints a line, or the time is over. */
export async function waitForJobs(
  query: WaitQuery & { wait_seconds: number },
  call: Call,
): Promise<WaitResult> {
  const startedMs = performance.now();
  const deadlineMs = startedMs + query.wait_seconds * 1000;
  const jobs = await jobsOf(query, deadlineMs, call);
  return waitFor(query, { jobs, deadlineMs, startedMs }, call);
}

/** The jobs of a query, which must make sense. */
export function jobsOf(
  { jobs: refs, until, pattern, project }: WaitQuery,
  deadlineMs: number,
  { caller: { platform }, signal }: Call,
): Promise<JobDescription[]> {
  if ((until === "log") !== (pattern !== undefined))
    throw new InvalidInputError('pattern goes with until: "log", and until: "log" needs a pattern.', {
      example: { until: "log", pattern: "epoch 3" },
    });
  return patiently(deadlineMs, signal, (until) =>
    resolveAll(platform, { refs, where: whereOf(project) }, until),
  );
}

/** The same as `waitForJobs` for jobs that were looked up just now. */
export async function waitFor(query: WaitQuery, wait: Wait, call: Call): Promise<WaitResult> {
  const { until, pattern } = query;
  const isReached = ({ status }: JobDescription) =>
    isFinished(status) || (until === "running" && status === "running");
  const outcome =
    pattern === undefined ? await untilState(isReached, wait, call) : await untilLine(pattern, wait, call);
  const { user: me } = await call.caller.platform.context({ signal: call.signal });
  const nowMs = Date.now();
  const next = nextStep(query, outcome, nowMs);
  const ended = outcome.jobs.every(({ id, status }) => isFinished(status) || outcome.gone.has(id));
  return { ...outcome, ended, waitedMs: performance.now() - wait.startedMs, view: { nowMs, me }, next };
}

/** Jobs that are gone are not waited for again. */
function nextStep(query: WaitQuery, outcome: Outcome, nowMs: number): NextStep {
  const { gone } = outcome;
  if (gone.size === 0) return stepOf(query, outcome, nowMs);
  const jobs = outcome.jobs.filter(({ id }) => !gone.has(id));
  const refs = refsAgain(jobs, { refs: query.jobs, project: query.project });
  return stepOf({ ...query, jobs: refs }, { ...outcome, jobs, finished: outcome.isOver }, nowMs);
}

function stepOf(query: WaitQuery, outcome: Outcome, nowMs: number): NextStep {
  const { finished, jobs, match, unread } = outcome;
  const { jobs: refs, project, pattern } = query;
  if (match !== undefined) return { reason: "line_found", call: logs({ jobs: [match.job.id] }) };
  const named = (some: JobDescription[]) => refsAgain(some, { refs, project });
  const haveEnded = jobs.every(({ status }) => isFinished(status));
  if (unread.length > 0 && haveEnded)
    return { reason: "not_all_read", call: logs({ jobs: named(unread), grep: pattern }), jobs: unread };
  const failed = jobs.filter(({ status }) => status === "failed" || status === "cancelled");
  if (failed.length > 0 && haveEnded) return { reason: "some_failed", call: statusOf(named(failed)) };
  const all = logs({ jobs: refs.slice(0, MOST_NAMED), project });
  if (query.until === "log" && haveEnded) return { reason: "no_line", call: all };
  if (finished) return { reason: "reached", call: all };
  const wait = { tool: "job_wait", arguments: { ...query } };
  const stuck = jobs.filter((job) => isStuck(job, nowMs) || keepsRestarting(job, nowMs));
  if (stuck.length === 0) return { reason: "still_waiting", call: wait };
  return { reason: "stuck", call: statusOf(named(stuck)), jobs: stuck, wait };
}

function logs(given: Record<string, unknown>): NextCall {
  return { tool: "job_logs", arguments: given };
}

function statusOf(jobs: string[]): NextCall {
  return { tool: "job_status", arguments: { jobs: jobs.slice(0, MOST_NAMED) } };
}

/** It will not start by itself, so waiting does not help. */
function isStuck({ status, history }: JobDescription, nowMs: number): boolean {
  if (status !== "pending") return false;
  const { reason = "", created_at = "" } = history;
  return NOT_BY_ITSELF.test(reason) || nowMs - Date.parse(created_at) > LONG_PENDING_MS;
}
