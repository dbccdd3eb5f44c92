import type { JobDescription } from "../../client/index.ts";
import { formatDuration } from "../time/durations.ts";

/** How long a job has been in the state it is in, as its own history says; `undefined` where that does not say. */
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
