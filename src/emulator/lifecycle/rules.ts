import type { Ending } from "../run/launch.ts";
import type { SavedImages } from "../state/folders.ts";
import type { JobRecord, StatusItem } from "../state/job.ts";
import type { Cluster } from "../state/platform.ts";

/** How a job ends, given how its process did. Source: protocol reference 3.11. */
export function outcomeOf({
  exitCode,
  oomKilled,
  startError,
  sandboxError,
  output,
}: Ending & { output: string | null }): Pick<StatusItem, "status"> & Partial<StatusItem> {
  if (sandboxError !== undefined)
    return {
      status: "failed",
      reason: `Cannot create the container${sandboxError === "" ? "" : `: ${sandboxError}`}`,
      description: FAILED_TO_START,
    };
  if (exitCode === 0 && startError === undefined) return { status: "succeeded", exitCode };
  const cause = startError === undefined ? "Error" : "ContainerCannotRun";
  const reason = oomKilled ? "OOMKilled" : cause;
  return { status: "failed", reason, description: startError ?? output, exitCode };
}

/** What is said of a job that never ran, beside the reason. Source: protocol reference 3.11. */
export const FAILED_TO_START = "The job could not be started.";

export function restartsAfter(
  { restartPolicy }: JobRecord,
  { exitCode, startError, sandboxError }: Ending,
): boolean {
  if ((startError ?? sandboxError) !== undefined) return false;
  return restartPolicy === "always" || (restartPolicy === "on-failure" && exitCode !== 0);
}

/** Why a job fails whose pod is gone. Source: protocol reference 3.11. */
export const LOST = {
  reason: "NotFound",
  description: "The job could not be scheduled or was preempted.",
};

export function comesBack({ schedulerEnabled, preemptibleNode, restartPolicy }: JobRecord): boolean {
  return schedulerEnabled || preemptibleNode || restartPolicy !== "never";
}

/** The outcome of a pull. Source: protocol reference 3.11. */
type Pull = "found" | "missing" | "invalid";

const REFERENCE =
  /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d+)?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;

/** Every well-formed name is an image, except names that ask to fail. */
export function pull(image: string, saved: SavedImages): Pull {
  if (!REFERENCE.test(image)) return "invalid";
  if (saved.find(image) !== undefined) return "found";
  return /does-not-exist|missing/.test(image) ? "missing" : "found";
}

/** Whether a job's energy schedule lets it run at a time (UTC). Source: protocol reference 1.7. */
export function inSchedule(job: JobRecord, cluster: Cluster | undefined, now: Date): boolean {
  if (!job.schedulerEnabled || cluster === undefined) return true;
  const schedule = cluster.energySchedules.find(({ name }) => name === (job.energyScheduleName ?? "default"));
  if (schedule === undefined) return true;
  const weekday = now.getUTCDay() === 0 ? 7 : now.getUTCDay();
  const time = now.toISOString().slice(11, 16);
  return schedule.periods.some(
    (period) => period.weekday === weekday && period.start_time <= time && time <= period.end_time,
  );
}
