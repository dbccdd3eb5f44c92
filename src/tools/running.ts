import { isFinished, type JobDescription, PlatformError } from "../client/index.ts";
import { statusText } from "./rows.ts";
import { identityText } from "./written.ts";

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
