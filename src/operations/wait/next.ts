import { isFinished, type JobDescription } from "../../client/index.ts";
import type { NextCall } from "../../jobs/next-call.ts";
import { keepsRestarting } from "../../jobs/reasons/fresh-starts.ts";
import { refsAgain } from "../find/index.ts";
import type { Outcome, WaitQuery } from "./outcome.ts";

/** The most jobs named in a call for their states or logs. */
const MOST_NAMED = 20;

/**
 * What to call next: the log of the job that printed the line, or of all; a search of what was not read; why some
 * failed; to wait on; or why some do not get on, `wait` being for those who wait all the same.
 */
export type NextStep =
  | { reason: "line_found" | "some_failed" | "no_line" | "reached" | "still_waiting"; call: NextCall }
  | { reason: "not_all_read"; call: NextCall; jobs: JobDescription[] }
  | { reason: "stuck"; call: NextCall; jobs: JobDescription[]; wait: NextCall };

/** Who is left is waited for without those that are gone. */
export function nextStep(query: WaitQuery, outcome: Outcome, nowMs: number): NextStep {
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

/** Source: protocol reference 3.11. */
const NOT_BY_ITSELF = /^(ErrImagePull|ImagePullBackOff|InvalidImageName|DiskUnavailable)$|quota/i;
const LONG_PENDING_MS = 600_000;

/** Waiting for what does not begin by itself helps nobody. */
function isStuck({ status, history }: JobDescription, nowMs: number): boolean {
  if (status !== "pending") return false;
  const { reason = "", created_at = "" } = history;
  return NOT_BY_ITSELF.test(reason) || nowMs - Date.parse(created_at) > LONG_PENDING_MS;
}
