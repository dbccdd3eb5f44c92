import type { JobDescription } from "../../client/index.ts";

const LATELY_MS = 600_000;

/** How often a job that ran was taken off its node; whenever it comes back, it begins again from its image. */
export function timesDisplaced({ history: { transitions } }: Pick<JobDescription, "history">): number {
  return transitions.filter(
    ({ status }, index) =>
      (status === "pending" || status === "suspended") && transitions[index - 1]?.status === "running",
  ).length;
}

/**
 * How often a job was started again after its program ended: the platform also counts each time it was suspended.
 * Source: protocol reference 3.7.
 */
export function timesRestarted({ history }: Pick<JobDescription, "history">): number {
  const suspended = history.transitions.filter(({ status }) => status === "suspended").length;
  return Math.max(0, history.restarts - suspended);
}

/** Whether the program of an active job keeps ending, so that waiting for its end may be in vain. */
export function keepsRestarting(job: Pick<JobDescription, "history" | "status">, nowMs: number): boolean {
  if (job.status !== "running" || timesRestarted(job) === 0) return false;
  const { reason, transitions } = job.history;
  const last = transitions.findLast((step) => step.reason === "Restarting")?.transition_time;
  return reason === "Restarting" || nowMs - Date.parse(last ?? "") < LATELY_MS;
}
