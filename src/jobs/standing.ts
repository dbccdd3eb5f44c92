import type { JobDescription } from "../client/index.ts";
import { shortId } from "./names/ids.ts";
import { causeOf, type Reasoned, reasonOf, statusText as standingText, unreadText } from "./rows.ts";
import { ageOf, formatDuration, formatInstant } from "./time/durations.ts";
import { present } from "./words.ts";

/** Who reads, and when: the owner of another's job is named. */
export interface View {
  nowMs: number;
  me: string;
}

/** One job as a sentence: `train (job-1a2b3c4d): running for 3m 20s, created 2026-11-22T10:00:00Z (4m ago)`. */
export function stateLine(job: JobDescription, { nowMs, me }: View): string {
  const { history } = job;
  const { created_at, finished_at, run_time_seconds = 0 } = history;
  const ran = hasRun(job) ? `ran ${formatDuration(run_time_seconds)}` : "never ran";
  const when = (time: string) => `${formatInstant(time)} (${ageOf(time, nowMs)} ago)`;
  const stands =
    finished_at !== undefined
      ? [`${ran}, ended ${when(finished_at)}`]
      : [hasRun(job) && `${ran} so far`, created_at !== undefined && `created ${when(created_at)}`];
  const which = present([job.name && shortId(job.id), job.owner !== me && `owner ${job.owner}`]).join(", ");
  const parts = present([statusText(job), ...stands, unreadText(job)]);
  return `${nameOf(job)}${which && ` (${which})`}: ${parts.join(", ")}`;
}

/** The same as data. */
export function stateData(job: JobDescription, me: string) {
  const { id, name, status, owner, history, unread } = job;
  const { exit_code, created_at, finished_at, run_time_seconds } = history;
  const reason = reasonOf(job);
  return {
    ...(name === undefined ? {} : { name }),
    id,
    ...foreignOwner({ owner }, me),
    status,
    ...(reason === undefined ? {} : { reason }),
    ...(exit_code === undefined ? {} : { exit_code }),
    ...(created_at === undefined ? {} : { created_at: formatInstant(created_at) }),
    ...(finished_at === undefined ? {} : { finished_at: formatInstant(finished_at) }),
    run_time_seconds: Math.floor(run_time_seconds ?? 0),
    ...(unread === undefined ? {} : { unread }),
  };
}

/** The owner, as data, of a job that is not the caller's. */
export function foreignOwner({ owner }: { owner: string }, me: string) {
  return owner === me ? {} : { owner };
}

/** Whether its program ever started: the platform gives every ended job a start time. */
export function hasRun({ history }: JobDescription): boolean {
  return (
    history.transitions.some(({ status }) => status === "running") || (history.run_time_seconds ?? 0) > 0
  );
}

/** Its name, or its id where it has none. */
export function nameOf({ name, id }: JobDescription): string {
  return name ?? id;
}

interface Standing extends Reasoned {
  status: string;
  history: Reasoned["history"] & { exit_code?: number | undefined };
}

/** `failed (OOMKilled, exit 137)`. */
export function statusText(job: Standing): string {
  return standingText({ status: job.status, reason: causeOf(job), exit_code: job.history.exit_code });
}
