import { current, type JobRecord } from "../state/job.ts";
import { continuedMs } from "../state/job-history.ts";
import { byPriority } from "./queue.ts";
import type { Timing } from "./timing.ts";

interface At {
  nowMs: number;
  timing: Pick<Timing, "runQuantumMs" | "maxSuspendedMs">;
}

/**
 * Which of the running jobs may be suspended so that another can run: who takes turns, has had its own, and has no
 * higher priority. The lowest priority comes first, then the longest run. Source: protocol reference 3.11.
 */
export function replaceableBy(job: JobRecord, running: readonly JobRecord[], at: At): JobRecord[] {
  const ranMs = (other: JobRecord) => at.nowMs - (continuedMs(other) ?? at.nowMs);
  return running
    .filter((other) => other.schedulerEnabled && ranMs(other) >= at.timing.runQuantumMs)
    .filter((other) => byPriority(other, job) <= 0)
    .toSorted((a, b) => byPriority(a, b) || ranMs(b) - ranMs(a));
}

/**
 * Whether a suspended job may go on: nobody pending waits for room, or nobody of its priority, or it has waited
 * long enough. Source: protocol reference 3.11.
 */
export function mayContinue(job: JobRecord, line: readonly JobRecord[], { nowMs, timing }: At): boolean {
  const pending = line.filter((other) => current(other).status === "pending");
  const outranks = pending.every((other) => byPriority(job, other) > 0);
  return outranks || nowMs - current(job).atMs >= timing.maxSuspendedMs;
}
