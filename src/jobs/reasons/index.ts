import type { JobDescription } from "../../client/index.ts";
import { redactJob } from "../redact/job.ts";
import { activeReason } from "./active.ts";
import { explainExitCode } from "./exit-codes.ts";
import { type Explanation, type JobSurroundings, quoted } from "./explanation.ts";
import { finishedReason } from "./finished.ts";

/**
 * Explains a job's status, reason and exit code: fixed texts for the reasons of protocol reference 3.11, filled
 * with the job's own data. Any other reason is quoted and called undocumented. The job's own
 * output (its termination message) is never part of it, nor a secret of it. Source: protocol reference 3.11, appendix D.
 */
export function explainJob(explained: JobDescription, around: JobSurroundings = {}): Explanation {
  const job = redactJob(explained);
  const { status } = job;
  if (status === "succeeded") return explainExitCode(job.history.exit_code ?? 0);
  if (status === "failed" || status === "cancelled") return finishedReason(job, around) ?? unknownReason(job);
  if (status === "unknown") return unknownReason(job);
  return activeReason(job, around) ?? unknownReason(job);
}

/** Says what the platform said, and that this is all that is known. */
function unknownReason({ status, history }: JobDescription): Explanation {
  const { reason, exit_code } = history;
  const known = exit_code === undefined ? undefined : explainExitCode(exit_code);
  if (reason === undefined || reason === "") {
    if (known !== undefined) return known;
    return {
      why: `The job is ${status}; the platform gives no reason and no exit code.`,
      next: status === "failed" ? "Read its log, if it ran at all; else start it again." : "",
      certainty: "unknown",
    };
  }
  const said = `The platform gives the reason ${quoted(reason)}, which is not among the documented ones.`;
  return {
    why: known === undefined ? `The job is ${status}. ${said}` : `${known.why} ${said}`,
    besideLog: known?.besideLog,
    next:
      known?.next ??
      "Read its log and its transitions; if the reason means nothing to you, ask the platform's support.",
    certainty: "unknown",
  };
}
