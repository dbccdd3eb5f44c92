import type { JobRequest } from "../validate/job-request.ts";

const ENDED = ["succeeded", "failed", "cancelled"] as const;

/** Where a job may stand. Source: protocol reference 3.11. */
export const STATUSES = ["pending", "suspended", "running", ...ENDED] as const;
export type JobStatus = (typeof STATUSES)[number];

/** One step in the life of a job. Source: protocol reference 3.11. */
export interface StatusItem {
  status: JobStatus;
  /** Unix milliseconds, with a fraction for microseconds. */
  atMs: number;
  reason: string | null;
  description: string | null;
  exitCode?: number | undefined;
}

type Sent = JobRequest["container"];
/** What many jobs lack. */
type Absent = "entrypoint" | "command" | "working_dir" | "http";

/** CPU, memory and accelerators of one job, in the platform's own words. Source: protocol reference 3.3, 3.7. */
export interface JobResources
  extends Partial<Omit<Extract<Sent["resources"], { nvidia_gpu: unknown }>, "memory_mb">> {
  cpu: number;
  memory: number;
}

/** What runs, as the wire says it (validated and normalised). Source: protocol reference 3.7. */
export interface JobContainer extends Omit<Sent, "resources" | Absent>, Partial<Pick<Sent, Absent>> {
  resources: JobResources;
}

/** One job as the table holds it; what the API shows is derived from it. Source: protocol reference 3.7. */
export interface JobRecord {
  readonly id: string;
  readonly owner: string;
  readonly cluster: string;
  readonly org: string;
  readonly project: string;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly tags: readonly string[];
  readonly presetName?: string | undefined;
  readonly container: JobContainer;
  readonly schedulerEnabled: boolean;
  readonly preemptibleNode: boolean;
  readonly passConfig: boolean;
  readonly privileged: boolean;
  readonly waitForJobsQuota: boolean;
  readonly restartPolicy: JobRequest["common"]["restart_policy"];
  readonly priority: JobRequest["common"]["priority"];
  readonly energyScheduleName?: string | undefined;
  readonly scheduleTimeoutSeconds?: number | undefined;
  /** Numbers that came as text or `true`, by their key on the wire: the platform answers them so. */
  readonly sent?: Record<string, string | boolean> | undefined;
  /** Credits per hour, decimal text. */
  readonly pricePerHour: string;
  maxRunTimeMinutes?: number | undefined;
  materialized: boolean;
  beingDropped: boolean;
  logsRemoved: boolean;
  /** Oldest first, never empty. */
  statuses: StatusItem[];
}

/** What a caller may ask the table for; all given conditions must hold. Source: protocol reference 3.6. */
export interface JobFilter {
  statuses?: ReadonlySet<JobStatus> | undefined;
  name?: string | undefined;
  tags?: readonly string[] | undefined;
  sinceMs?: number | undefined;
  untilMs?: number | undefined;
  materialized?: boolean | undefined;
  beingDropped?: boolean | undefined;
  reverse?: boolean | undefined;
  limit?: number | undefined;
  /** Whatever else must be true. */
  visible?: (job: JobRecord) => boolean;
}

export const FINISHED: ReadonlySet<JobStatus> = new Set(ENDED);

export function current(job: JobRecord): StatusItem {
  const last = job.statuses[job.statuses.length - 1];
  if (last === undefined) throw new Error(`Job ${job.id} has no status.`);
  return last;
}

/** Whether a job will never change its status again. Source: protocol reference 3.11. */
export function isFinished(job: JobRecord): boolean {
  return FINISHED.has(current(job).status);
}
