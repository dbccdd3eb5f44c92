import type { JobDescription } from "../../client/index.ts";
import { formatDuration } from "../time/durations.ts";

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

/** How long a job has been in its state; `undefined` where its history does not say. */
export function staySeconds({ history }: JobDescription, nowMs: number): number | undefined {
  const { transitions, reason } = history;
  let sinceMs: number | undefined;
  for (const step of [...transitions].reverse()) {
    if (step.reason !== reason) break;
    sinceMs = Date.parse(step.transition_time);
  }
  return sinceMs === undefined || Number.isNaN(sinceMs) ? undefined : Math.max(0, (nowMs - sinceMs) / 1000);
}

/** ` after 1m 2s`: from the creation of a job to its end; nothing where the platform does not say. */
export function afterText({ history }: JobDescription): string {
  const lasted = (Date.parse(history.finished_at ?? "") - Date.parse(history.created_at ?? "")) / 1000;
  return Number.isNaN(lasted) ? "" : ` ${formatDuration(lasted)} after the job was created`;
}
