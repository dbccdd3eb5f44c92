import { z } from "zod";
import { isFinished, type JobDescription } from "../client/index.ts";
import { identityOf, identityText } from "../jobs/identity.ts";
import { callText } from "../jobs/next-call.ts";
import { statusText } from "../jobs/standing.ts";
import { wasDisplaced, wasRestarted } from "../operations/find/turned.ts";
import { PolicyError } from "../operations/policy-error.ts";
import { type SignalResult, signalJob } from "../operations/signal.ts";
import { maybeFlag, openObject, text, whichJob } from "./answers.ts";
import { jobRef, project } from "./args.ts";
import { defineTool } from "./define-tool.ts";
import { unknownOutcome } from "./errors.ts";
import { meantText } from "./whose.ts";

export const signal = defineTool({
  name: "job_signal",
  title: "Kill a job's process",
  description:
    "Sends SIGKILL to a running job's process (no other signal exists). The job ends as failed with exit code 137, or restarts if its restart policy says so. To end a job for good use job_kill.",
  toolset: "more",
  input: z.strictObject({ job: jobRef, project }),
  output: openObject({ after: text }, { ...whichJob, before: text, restarted: maybeFlag }),
  nothing: "Nothing was sent.",
  effects: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
  async run({ job: ref, project }, call) {
    const result = await signalJob({ ref, project }, call);
    const { job } = result;
    const before = job.status;
    const data = { ...identityOf(job), before, after: before };
    switch (result.outcome) {
      case "already over":
        return {
          text: `${identityText(job)}: already ${statusText(job)}, nothing changed.`,
          data,
          jobs: [job],
        };
      case "unconfirmed":
        return { text: `Send SIGKILL to the process of ${identityText(job)}?`, data, asks: result.token };
      case "declined":
        throw declined(result);
      case "unknown":
        throw unknownOutcome(result.error, unknownText(result));
      case "sent": {
        const { after } = result;
        const restarted = (after !== undefined && wasRestarted(job, after)) || undefined;
        return {
          text: sentText(result),
          data: { ...data, after: after?.status ?? "unknown", restarted },
          jobs: [after ?? job],
        };
      }
    }
  },
});

function sentText(result: Extract<SignalResult, { outcome: "sent" }>): string {
  const { job, after, isAnswerLost } = result;
  const lost = isAnswerLost ? " (the answer was lost, but its state shows it)" : "";
  return `Sent SIGKILL to ${meantText(result)}: was ${job.status}, ${effectText(job, after)}${lost}.`;
}

function unknownText({ job, again, after }: Extract<SignalResult, { outcome: "unknown" }>): string {
  const state = after === undefined ? "its state could not be read" : `it is still ${statusText(after)}`;
  const look = callText({ tool: "job_status", arguments: { jobs: [again] } });
  return `${identityText(job)}: whether the signal was sent is unknown, ${state}. Look with ${look} before sending another.`;
}

function effectText(job: JobDescription, after: JobDescription | undefined): string {
  if (after === undefined) return "its state could not be read afterwards; look again with job_status";
  const now = statusText(after);
  if (wasRestarted(job, after)) return `restarted by its policy ${after.restart_policy}, now ${now}`;
  if (isFinished(after.status)) return `now ${now}; exit code 137 is the signal`;
  const still = wasDisplaced(job, after) ? "taken off its node meanwhile, now" : "still";
  return `${still} ${now}; look again with job_status`;
}

function declined({ job, why }: Extract<SignalResult, { outcome: "declined" }>): PolicyError {
  if (why === "other")
    return new PolicyError(
      "declined",
      `What the person was asked about is not ${identityText(job)} as it is now: nothing was sent. Call job_signal again.`,
    );
  const said = why === "no" ? "declined" : "did not answer in time";
  return new PolicyError(
    "declined",
    `The person was asked whether to kill the process of ${identityText(job)} and ${said}: nothing was sent. If the user saw no question, their MCP client declines automatically.`,
  );
}
