import type { Ending } from "../run/runner.ts";
import type { JobRecord, StatusItem } from "../state/job.ts";

/** What a job ends as when its process did, with the end of its output. Source: protocol reference 3.11. */
export function outcomeOf(
  { exitCode, oomKilled, startError }: Ending,
  output: string | null,
): Pick<StatusItem, "status"> & Partial<StatusItem> {
  if (exitCode === 0 && startError === undefined) return { status: "succeeded", exitCode };
  const cause = startError === undefined ? "Error" : "ContainerCannotRun";
  const reason = oomKilled ? "OOMKilled" : cause;
  return { status: "failed", reason, description: startError ?? output, exitCode };
}

/** Whether the restart policy starts the container again. */
export function restartsAfter({ restartPolicy }: JobRecord, { exitCode, startError }: Ending): boolean {
  if (startError !== undefined) return false;
  return restartPolicy === "always" || (restartPolicy === "on-failure" && exitCode !== 0);
}

/** Why a job fails whose pod is gone. Source: protocol reference 3.11. */
export const LOST = {
  reason: "NotFound",
  description: "The job could not be scheduled or was preempted.",
};

/** Whether a job gets a new pod when its own is gone. */
export function comesBack({ schedulerEnabled, preemptibleNode, restartPolicy }: JobRecord): boolean {
  return schedulerEnabled || preemptibleNode || restartPolicy !== "never";
}
