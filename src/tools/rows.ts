import type { JobDescription } from "../client/index.ts";
import { ageOf, formatDuration, formatInstant } from "../jobs/durations.ts";
import { shortId } from "../jobs/names.ts";
import { shortCredits } from "./credits.ts";

/** What a row of a list leaves out, because the headline says it. */
export interface RowOptions {
  nowMs: number;
  /** Owner that goes without saying. */
  me: string;
  /** Whether rows say the project. */
  withProject: boolean;
}

/** One job as a line: name, short id, status with reason, created, age, run time, preset, cost, owner if not me. */
export function rowText(job: JobDescription, { nowMs, me, withProject }: RowOptions): string {
  const { history, owner } = job;
  const created = history.created_at ?? "";
  const cells = [
    job.name ?? "(no name)",
    shortId(job.id),
    statusText(job),
    `${formatInstant(created)} (${ageOf(created, nowMs)} ago)`,
    history.run_time_seconds === undefined || history.started_at === undefined
      ? "not run"
      : `ran ${formatDuration(history.run_time_seconds)}`,
    job.preset_name ?? "no preset",
    `${shortCredits(job.total_price_credits)} cr`,
    ...(owner === me ? [] : [`owner ${owner}`]),
    ...(withProject ? [`in ${job.project_name}`] : []),
  ];
  return cells.join("  ");
}

/** The same as data. */
export function rowData(job: JobDescription, { me, withProject }: Omit<RowOptions, "nowMs">) {
  const { id, name, status, history, preset_name, owner } = job;
  return {
    ...(name === undefined ? {} : { name }),
    id,
    status,
    ...(history.reason === undefined ? {} : { reason: history.reason }),
    ...(history.exit_code === undefined ? {} : { exit_code: history.exit_code }),
    ...(history.created_at === undefined ? {} : { created_at: formatInstant(history.created_at) }),
    ...(history.started_at === undefined
      ? {}
      : { run_time_seconds: Math.round(history.run_time_seconds ?? 0) }),
    ...(preset_name === undefined ? {} : { preset: preset_name }),
    cost_credits: shortCredits(job.total_price_credits),
    ...(owner === me ? {} : { owner }),
    ...(withProject ? { project: job.project_name } : {}),
  };
}

/** One job as a sentence: `train (job-1a2b3c4d): running for 3m 20s, created 2026-11-22T10:00:00Z (4m ago)`. */
export function stateLine(job: JobDescription, nowMs: number): string {
  const { history } = job;
  const { created_at = "", started_at, finished_at, run_time_seconds = 0 } = history;
  const ran = formatDuration(run_time_seconds);
  const when = (time: string) => `${formatInstant(time)} (${ageOf(time, nowMs)} ago)`;
  const created = `created ${when(created_at)}`;
  const stands =
    finished_at !== undefined
      ? `ran ${ran}, ended ${when(finished_at)}`
      : started_at === undefined
        ? created
        : `ran ${ran} so far, ${created}`;
  return `${nameOf(job)} (${shortId(job.id)}): ${statusText(job)}, ${stands}`;
}

/** The same as data. */
export function stateData({ id, name, status, history }: JobDescription) {
  const { reason, exit_code, created_at, finished_at, run_time_seconds } = history;
  return {
    ...(name === undefined ? {} : { name }),
    id,
    status,
    ...(reason === undefined ? {} : { reason }),
    ...(exit_code === undefined ? {} : { exit_code }),
    ...(created_at === undefined ? {} : { created_at: formatInstant(created_at) }),
    ...(finished_at === undefined ? {} : { finished_at: formatInstant(finished_at) }),
    run_time_seconds: Math.round(run_time_seconds ?? 0),
  };
}

/** What a person calls it. */
export function nameOf({ name, id }: JobDescription): string {
  return name ?? id;
}

/** Enough of a job, or of one step in its life, to say where it stands. */
interface Standing {
  status: string;
  history: { reason?: string | undefined; description?: string | undefined; exit_code?: number | undefined };
}

/** `failed: OOMKilled, exit 137`; the platform's word `Collected` alone says nothing, so it is put in words. */
export function statusText({ status, history }: Standing): string {
  const { reason, description = "", exit_code } = history;
  const cause =
    reason === "Collected"
      ? /^Invalid image/i.test(description)
        ? "invalid image name"
        : "image not pulled"
      : reason;
  const parts = [
    ...(cause === undefined ? [] : [cause.slice(0, 80)]),
    ...(exit_code === undefined || exit_code === 0 ? [] : [`exit ${exit_code}`]),
  ];
  return parts.length === 0 ? status : `${status}: ${parts.join(", ")}`;
}

/** `pending 0, suspended 0, running 3, …`: every status, also those that no job has. */
export function countByStatus(jobs: readonly JobDescription[]): Record<string, number> {
  const counts: Record<string, number> = {
    ...{ pending: 0, suspended: 0, running: 0, succeeded: 0, failed: 0, cancelled: 0 },
  };
  for (const { status } of jobs) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
