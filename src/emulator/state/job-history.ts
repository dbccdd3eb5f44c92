import { current, isFinished, type JobRecord, type StatusItem } from "./job.ts";

/** When a job was created, unix milliseconds. */
export function createdMs(job: JobRecord): number {
  return job.statuses[0]?.atMs ?? 0;
}

/** When a job was first running, or ended without ever running; undefined before. Source: protocol reference 3.7. */
export function startedMs(job: JobRecord): number | undefined {
  const first = job.statuses.find(({ status }) => status === "running");
  return first?.atMs ?? finishedMs(job);
}

/** When the latest run of a job began, restarts included; undefined if it never ran. */
export function continuedMs(job: JobRecord): number | undefined {
  const last = job.statuses.findLastIndex(({ status }) => status === "running");
  const before = job.statuses.slice(0, last + 1).findLastIndex(({ status }) => status !== "running");
  return last < 0 ? undefined : job.statuses[before + 1]?.atMs;
}

export function finishedMs(job: JobRecord): number | undefined {
  return isFinished(job) ? current(job).atMs : undefined;
}

/** Microseconds spent in `running`, up to `nowMs`. Source: protocol reference 3.7. */
export function runMicroseconds(job: JobRecord, nowMs: number): number {
  let sum = 0;
  job.statuses.forEach(({ status, atMs }, index) => {
    if (status !== "running") return;
    sum += (job.statuses[index + 1]?.atMs ?? nowMs) - atMs;
  });
  return Math.max(0, Math.round(sum * 1000));
}

/** How often a job was started again. Source: protocol reference 3.7. */
export function restarts(job: JobRecord): number {
  return job.statuses.filter(({ status, reason }) => status === "suspended" || reason === "Restarting")
    .length;
}

/** Appends a step unless the job is finished or it says nothing new; returns whether it did. Source: protocol reference 3.11. */
export function moveTo(job: JobRecord, item: StatusItem): boolean {
  const last = current(job);
  if (isFinished(job) || sameStep(last, item)) return false;
  job.statuses.push({ ...item, atMs: Math.max(item.atMs, last.atMs) });
  return true;
}

/** A step; reason and description default to null. */
export function step(status: StatusItem["status"], atMs: number, more: Partial<StatusItem> = {}): StatusItem {
  return { status, atMs, reason: null, description: null, ...more };
}

function sameStep(a: StatusItem, b: StatusItem): boolean {
  return (
    a.status === b.status &&
    a.reason === b.reason &&
    a.description === b.description &&
    a.exitCode === b.exitCode
  );
}
