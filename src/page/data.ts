import type { Run } from "./job/colors.ts";

/** What the page reads of the tools' data. It comes from the same version of the server, and is shown, not trusted. */
export interface JobRow {
  id: string;
  name?: string;
  status: string;
  owner?: string;
  reason?: string;
  exit_code?: number;
  created_at: string;
  run_time_seconds?: number;
  preset?: string;
  credits?: string;
  credits_per_hour?: string;
  ends_at?: string;
}

export interface JobList {
  jobs: JobRow[];
  counts?: Record<string, number>;
  /** Only so many of the newest jobs were counted; there are more. */
  counts_of_newest?: number;
  credits?: { total?: string; by_owner?: Record<string, string> };
  gpu_hours?: { total?: string };
  spending?: { credits_per_hour?: string; at_most_more?: string; once_all_run?: string };
  next_cursor?: string;
}

export interface JobFacts extends JobRow {
  uri: string;
  why: string;
  certainty: string;
  next?: string;
  finished_at?: string;
  cost_credits: string;
  life_span_left_seconds?: number;
  http_url?: string;
  image?: string;
  entrypoint?: string;
  command?: string;
  working_dir?: string;
  env_names?: string[];
  secret_env?: string[];
  tags?: string[];
  description?: string;
  restart_policy?: string;
  priority?: string;
  mounts?: string[];
  not_started_here?: boolean;
}

export interface Transition {
  status: string;
  transition_time: string;
  reason?: string;
  exit_code?: number;
}

export interface LogPage {
  logs?: {
    log?: string;
    status?: string;
    reached_start?: boolean;
    more_may_follow?: boolean;
    colors?: (Run & { line: number })[];
  }[];
  next_cursor?: string;
}

export interface PresetRow {
  name: string;
  available?: number;
  credits_per_hour: string;
  cpu: number;
  memory_gib: number;
  gpu?: string;
  preemptible?: boolean;
}

export interface Report {
  from: string;
  to: string;
  jobs: number;
  credits: string;
  gpu_hours?: string;
  failed?: number;
  ended?: number;
  failed_credits?: string;
  groups?: (Record<string, unknown> & {
    jobs: number;
    failed: number;
    credits: string;
    gpu_hours?: string;
  })[];
  dearest?: (JobRow & { gpu_hours?: string })[];
  causes?: { cause: string; jobs: number; credits: string; example: string }[];
}

export interface Compared {
  jobs: {
    job: string;
    id: string;
    rank?: number;
    status: string;
    run_time_seconds?: number;
    credits?: string;
    differs: Record<string, string | null>;
    value?: string;
    metrics?: Record<string, string>;
    history?: (number | string)[];
  }[];
  metrics?: string[];
  goal?: string;
  best?: string;
}

export interface Plan {
  problems?: string[];
  doubts?: string[];
  count?: number;
  where?: string;
  image?: string;
  entrypoint?: string;
  command?: string;
  preset?: string;
  cpu?: number;
  memory_gib?: number;
  gpu?: string;
  available?: number;
  credits_per_hour?: string;
  worst_case_credits?: string;
  life_span_seconds?: number;
  mounts?: string[];
  env_names?: string[];
  secret_env?: Record<string, string>;
  http_port?: number;
  http_auth?: boolean;
  restart_policy?: string;
  pass_config?: boolean;
  options?: string[];
}

/** What a start came to, or would come to. */
export interface Started {
  plan?: Plan;
  jobs?: { id: string }[];
}

/** Whether a job's state is settled. */
export function isOver({ status }: { status: string }): boolean {
  return status === "succeeded" || status === "failed" || status === "cancelled";
}
