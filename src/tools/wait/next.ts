import { isFinished, type JobDescription, type PlatformError } from "../../client/index.ts";
import { keepsRestarting, timesRestarted, timesText } from "../../jobs/reasons/fresh-starts.ts";
import { nameOf, statusText } from "../../jobs/standing.ts";
import { refsAgain } from "../../operations/find/index.ts";

/** Jobs named one by one in the text. */
export const MAX_NAMED = 20;

/** What job_wait gets. */
export interface WaitArguments {
  jobs: string[];
  until: "running" | "finished" | "log";
  pattern?: string | undefined;
  wait_seconds: number;
  project?: string | undefined;
}

/** What a wait came to. */
export interface Outcome {
  finished: boolean;
  jobs: JobDescription[];
  /** A fault of the platform that had not passed at the end. */
  trouble?: string | undefined;
  /** When the platform last told how the jobs are, where that is not now. */
  asOfMs?: number | undefined;
  /** Those whose record can no longer be read, and why. */
  gone?: ReadonlyMap<string, PlatformError>;
  /** All that can still be waited for is there. */
  isOver?: boolean;
  match?: { job: JobDescription; line: string } | undefined;
  /** Those whose log was not read from its first line to its end. */
  unread?: JobDescription[];
}

export const hasEnded = ({ status }: JobDescription) => isFinished(status);
export const hasStarted = ({ status }: JobDescription) => status === "running" || isFinished(status);

function call(tool: string, given: object): string {
  return `Next: ${tool} ${JSON.stringify(given)}`;
}

/** What to call next. Who is left is waited for without those that are gone. */
export function nextCallOf(args: WaitArguments, outcome: Outcome): string {
  const { gone } = outcome;
  if (gone === undefined || gone.size === 0) return nextCall(args, outcome);
  const jobs = outcome.jobs.filter(({ id }) => !gone.has(id));
  const refs = refsAgain(jobs, { refs: args.jobs, project: args.project });
  return nextCall({ ...args, jobs: refs }, { ...outcome, jobs, finished: outcome.isOver === true });
}

function nextCall({ jobs: refs, ...args }: WaitArguments, outcome: Outcome): string {
  const { finished, jobs, match, unread = [] } = outcome;
  if (match !== undefined) return call("job_logs", { jobs: [match.job.id] });
  const { project } = args;
  if (unread.length > 0 && jobs.every(hasEnded)) {
    const search = call("job_logs", { jobs: refsAgain(unread, { refs, project }), grep: args.pattern });
    return `No line matched in what was read, which is not the whole log of ${unread.map(nameOf).join(", ")}. ${search}`;
  }
  const failed = jobs.filter(({ status }) => status === "failed" || status === "cancelled");
  if (failed.length > 0 && jobs.every(hasEnded))
    return call("job_status", { jobs: refsAgain(failed, { refs, project }).slice(0, MAX_NAMED) });
  const again = { jobs: refs.slice(0, MAX_NAMED), project };
  if (args.until === "log" && jobs.every(hasEnded))
    return `No line matched and none will: all have ended. ${call("job_logs", again)}`;
  if (finished) return call("job_logs", again);
  const wait = { jobs: refs, ...args };
  const stuck = jobs.filter((job) => isStuck(job) || keepsRestarting(job, Date.now()));
  if (stuck.length === 0) return call("job_wait", wait);
  const named = refsAgain(stuck, { refs, project }).slice(0, MAX_NAMED);
  return `${call("job_status", { jobs: named })} says why ${stuckText(stuck)} and what would help. To wait all the same: job_wait ${JSON.stringify(wait)}`;
}

/** Waiting for what does not begin by itself helps nobody. */
function isStuck({ status, history }: JobDescription): boolean {
  if (status !== "pending") return false;
  const { reason = "", created_at = "" } = history;
  return NOT_BY_ITSELF.test(reason) || Date.now() - Date.parse(created_at) > LONG_PENDING_MS;
}

function stuckText([first, ...others]: JobDescription[]): string {
  const who = first === undefined ? "" : `${nameOf(first)} ${troubleOf(first)}`;
  return others.length === 0 ? who : `${who}, and ${others.length} more`;
}

function troubleOf(job: JobDescription): string {
  if (job.status === "pending") return `has not started (${statusText(job)})`;
  return `was restarted ${timesText(timesRestarted(job))} (restart policy ${job.restart_policy})`;
}

/** Source: protocol reference 3.11. */
const NOT_BY_ITSELF = /^(ErrImagePull|ImagePullBackOff|InvalidImageName|DiskUnavailable)$|quota/i;
const LONG_PENDING_MS = 600_000;
