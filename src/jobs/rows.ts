import { isActive, type JobDescription, type JobStatus } from "../client/index.ts";
import { cutShort, oneLine } from "../foreign.ts";
import { formatCredits, lifeLeftOf, runTimeOf } from "./cost.ts";
import { shortId, shortIds } from "./names/ids.ts";
import { hiderOf } from "./redact/job.ts";
import { ageOf, formatDuration, formatInstant, formatSpan } from "./time/durations.ts";
import { creditsText, present } from "./words.ts";

const STATUSES = ["pending", "suspended", "running", "succeeded", "failed", "cancelled"] as const;
const LONGEST_REASON = 60;
const DAY_MS = 86_400_000;

/** One job of a list. */
export interface JobRow {
  name?: string;
  id: string;
  status: JobStatus;
  reason?: string;
  exit_code?: number;
  created_at?: string;
  run_time_seconds?: number;
  preset?: string;
  /** Only if the list is about ends. */
  finished_at?: string;
  /** Cost so far, as people read it. */
  credits: string;
  /** Only of an active one, like what follows. */
  credits_per_hour?: string;
  /** When its life span ends: of one that runs. */
  ends_at?: string;
  /** How long it may run: of one that waits. */
  life_span_left_seconds?: number;
  /** It has no life span. */
  no_end?: true;
  /** Only if it is not the caller's own. */
  owner?: string;
  /** Only if the list covers several. */
  project?: string;
  /** What the platform sent in an unknown form. */
  unread?: string[];
}

/** How many jobs there are in each status; a status without jobs counts 0. */
export type StatusCounts = Record<(typeof STATUSES)[number], number>;

/** When rows are read, and by whom. */
export interface RowOptions {
  nowMs: number;
  /** The caller, whose own rows name no owner. */
  me?: string | undefined;
  /** What to call the project. */
  project?: string | undefined;
  withEnd?: boolean;
}

/** The compact form of a job; absent = not set. */
export function jobRow(job: JobDescription, { nowMs, me, project, withEnd = false }: RowOptions): JobRow {
  const seconds = Math.floor(runTimeOf(job, nowMs));
  const { created_at, finished_at } = job.history;
  return {
    ...(job.name === undefined ? {} : { name: job.name }),
    id: job.id,
    status: job.status,
    ...ending(job),
    ...(created_at === undefined ? {} : { created_at: formatInstant(created_at) }),
    ...(withEnd && finished_at !== undefined ? { finished_at: formatInstant(finished_at) } : {}),
    ...(seconds === 0 ? {} : { run_time_seconds: seconds }),
    ...(job.preset_name === undefined ? {} : { preset: hiderOf(job)(job.preset_name) }),
    credits: formatCredits(job.total_price_credits),
    ...(isActive(job.status) ? spending(job, nowMs) : {}),
    ...(job.owner === me ? {} : { owner: job.owner }),
    ...(project === undefined ? {} : { project }),
    ...(job.unread === undefined ? {} : { unread: job.unread }),
  };
}

/** Why it stands where it stands, where that says more than its status. */
function ending(job: JobDescription): Pick<JobRow, "reason" | "exit_code"> {
  const reason = causeOf(job);
  const { exit_code = 0 } = job.history;
  if (exit_code === 0) return reason === undefined ? {} : { reason };
  // The platform's word for any exit code but 0.
  return reason === undefined || reason === "Error" ? { exit_code } : { reason, exit_code };
}

/** What an active job costs an hour, and until when. */
function spending(job: JobDescription, nowMs: number): Partial<JobRow> {
  const credits_per_hour = formatCredits(job.price_credits_per_hour);
  const left = lifeLeftOf(job, nowMs);
  if (left === undefined) return { credits_per_hour, no_end: true };
  if (job.status !== "running") return { credits_per_hour, life_span_left_seconds: Math.floor(left) };
  return { credits_per_hour, ends_at: formatInstant(nowMs + left * 1000) };
}

/** A row as text: name, short id, status with its reason, age, run time, preset, cost, owner if another's. */
export function rowText(
  row: JobRow,
  nowMs: number,
  { withTime = true }: { withTime?: boolean } = {},
): string {
  return present([
    row.name,
    shortId(row.id),
    statusText(row),
    ageText(row, nowMs, withTime),
    row.run_time_seconds !== undefined && `ran ${formatDuration(row.run_time_seconds)}`,
    row.preset,
    costText(row),
    endText(row),
    row.owner !== undefined && `owner ${row.owner}`,
    row.project !== undefined && `in ${row.project}`,
    unreadText(row),
  ]).join(" · ");
}

/** `1.5 credits, 0.5/h` */
function costText({ credits, credits_per_hour: perHour }: JobRow): string {
  if (perHour === undefined) return creditsText(credits);
  return credits === "0" ? `${creditsText(perHour)}/h` : `${creditsText(credits)}, ${perHour}/h`;
}

/** `ends 2026-11-29T07:31Z`, `may run 12h`, `no end` */
function endText({ ends_at, life_span_left_seconds: left, no_end }: JobRow): string | undefined {
  if (ends_at !== undefined) return `ends ${toMinute(ends_at)}`;
  return left === undefined ? no_end && "no end" : `may run ${formatSpan(left)}`;
}

function toMinute(instant: string): string {
  return instant.replace(/:\d\dZ$/, "Z");
}

/** The jobs an ambiguous name may mean, one line each, with what tells them apart and an id that names one. */
export function candidatesText(jobs: readonly JobDescription[], nowMs: number): string {
  const ids = shortIds(jobs.map(({ id }) => id));
  const lines = jobs.map((job) => {
    // Without a caller every owner is named.
    const row = jobRow(job, { nowMs, project: job.project_name });
    return `- ${ids.get(job.id) ?? job.id}: ${rowText(row, nowMs)}`;
  });
  return `Say which one by its id:\n${lines.join("\n")}`;
}

/** What of a job could not be read, or nothing. */
export function unreadText({ unread = [] }: { unread?: readonly string[] | undefined }): string {
  return unread.length === 0 ? "" : `could not be read: ${unread.join(", ")}`;
}

/** Counts jobs by status, all statuses named. */
export function countStatuses(jobs: Iterable<{ status: JobStatus }>): StatusCounts {
  const counts = { pending: 0, suspended: 0, running: 0, succeeded: 0, failed: 0, cancelled: 0 };
  for (const { status } of jobs) if (status !== "unknown") counts[status] += 1;
  return counts;
}

/** `1 pending, 3 running`: those there are. */
export function countsText(counts: StatusCounts): string {
  return STATUSES.filter((status) => counts[status] > 0)
    .map((status) => `${counts[status]} ${status}`)
    .join(", ");
}

/** `failed (OOMKilled, exit 137)` */
export function statusText({
  status,
  reason,
  exit_code,
}: {
  status: string;
  reason?: string | undefined;
  exit_code?: number | undefined;
}): string {
  const details = present([reason, exit_code !== undefined && exit_code !== 0 && `exit ${exit_code}`]);
  return details.length === 0 ? status : `${status} (${details.join(", ")})`;
}

/** A job, or one step of its history with what the job runs. */
export interface Reasoned {
  history: { reason?: string | undefined; description?: string | undefined };
  container: Pick<JobDescription["container"], "env">;
}

/** The platform's reason: a word of its own as a rule, but nothing keeps it from quoting a program. */
export function reasonOf({ history: { reason }, container }: Reasoned): string | undefined {
  return reason === undefined ? undefined : hiderOf({ container })(reason);
}

/** The reason of a job's status; the platform's word `Collected` says nothing, so it is put in words. */
export function causeOf(job: Reasoned): string | undefined {
  const { description = "" } = job.history;
  const reason = reasonOf(job);
  if (reason === "Collected")
    return /^invalid image/i.test(description) ? "invalid image name" : "image not pulled";
  return reason ? shortReason(reason) : undefined;
}

/** `2026-11-22T10:00Z, 2h old`, or `ended 2026-11-22T11:00Z, 1h ago` */
function ageText({ created_at, finished_at, ends_at }: JobRow, nowMs: number, withTime: boolean): string {
  const time = finished_at ?? created_at;
  if (time === undefined) return "";
  // One moment in a row is enough, and of a job that runs it is its end.
  if (ends_at !== undefined) return `${ageOf(time, nowMs)} old`;
  const age = `${ageOf(time, nowMs)} ${finished_at === undefined ? "old" : "ago"}`;
  const isLongAgo = nowMs - Date.parse(time) >= DAY_MS;
  const when = withTime ? present([toMinute(time), !isLongAgo && age]).join(", ") : age;
  return finished_at === undefined ? when : `ended ${when}`;
}

/** Reasons can be a whole error text of the platform. */
function shortReason(text: string): string {
  return cutShort(oneLine(text.replace(/\s+/g, " ").trim()), LONGEST_REASON);
}
