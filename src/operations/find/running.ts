import { isFinished, type JobDescription, PlatformError } from "../../client/index.ts";
import { identityText } from "../../jobs/identity.ts";
import { statusText } from "../../jobs/standing.ts";
import type { Call } from "../caller.ts";
import { within } from "../within.ts";

/**
 * Says at once what the platform would say in words of its own, and what to do. `nothing` is what was not done,
 * `again` how the job is named in another call.
 */
export function requireRunning(
  job: JobDescription,
  { nothing, again }: { nothing: string; again: string },
): void {
  if (job.status === "running") return;
  const jobs = `"jobs": ["${again}"]`;
  const next = isFinished(job.status)
    ? `It has ended: job_logs {${jobs}} shows what it printed, job_rerun {"job": "${again}"} plans to run it again.`
    : `job_wait {${jobs}, "until": "running"} waits for it, job_status {${jobs}} says why it does not run yet.`;
  const message = `${identityText(job)} is ${statusText(job)}. ${nothing} ${next}`;
  throw new PlatformError("not_running", message);
}

/** Looks again at a job that ran when it was found, and says why the platform says that it does not. */
export async function betweenStarts(
  error: unknown,
  { job, ...said }: { job: JobDescription; nothing: string; again: string },
  { caller: { platform }, signal }: Pick<Call, "caller" | "signal">,
): Promise<void> {
  if (!(error instanceof PlatformError) || error.code !== "not_running") return;
  // What the platform said stands when it says no more.
  const now = await within(signal, (until) => platform.jobs.status(job.id, {}, { signal: until })).catch(
    () => job,
  );
  requireRunning(now, said);
  if (now.restart_policy === "never") return;
  const message = `${identityText(now)} has no process at the moment: it ended and is being started again (restart policy ${now.restart_policy}). ${said.nothing} Try again in a few seconds; job_status {"jobs": ["${said.again}"]} says how often that happened.`;
  throw new PlatformError("not_running", message, { cause: error, retryable: true });
}
