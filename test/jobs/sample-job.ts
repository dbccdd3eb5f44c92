import type { JobDescription, JobStatusHistory } from "../../src/client/index.ts";

/** What a test says about a job; the rest is an ordinary running job of `alice`. */
export type JobChanges = Partial<Omit<JobDescription, "history" | "container">> & {
  history?: Partial<JobStatusHistory>;
  container?: Partial<JobDescription["container"]>;
};

export const nowMs = Date.parse("2026-11-22T12:00:00Z");

export function sampleJob({ history, container, ...changes }: JobChanges = {}): JobDescription {
  const status = changes.status ?? "running";
  return {
    id: "job-1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d",
    name: "train-7b",
    owner: "alice",
    cluster_name: "default",
    org_name: "acme",
    project_name: "vision",
    namespace: "platform--acme--vision",
    uri: "job://default/acme/vision/job-1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d",
    status,
    tags: [],
    preset_name: "gpu-small",
    restart_policy: "never",
    priority: "normal",
    scheduler_enabled: false,
    preemptible_node: false,
    privileged: false,
    pass_config: false,
    total_price_credits: "1.5",
    price_credits_per_hour: "1",
    materialized: true,
    being_dropped: false,
    logs_removed: false,
    ...changes,
    history: {
      status,
      restarts: 0,
      created_at: "2026-11-22T10:00:00+00:00",
      started_at: "2026-11-22T10:30:00+00:00",
      run_time_seconds: 5400,
      transitions: [],
      ...history,
    },
    container: {
      image: { name: "acme/train", tag: "v1", registry: "ghcr.io" },
      resources: { memory: 17_179_869_184, cpu: 4, nvidia_gpu: 1, nvidia_gpu_model: "v100", shm: true },
      command: "python train.py",
      env: {},
      volumes: [],
      secret_env: {},
      secret_files: [],
      disk_volumes: [],
      tty: false,
      ...container,
    },
  };
}

/** A job that never ran. */
export function pendingJob(reason: string, changes: JobChanges = {}): JobDescription {
  const job = sampleJob({ status: "pending", total_price_credits: "0", ...changes });
  const { started_at: _started, run_time_seconds: _ran, ...history } = job.history;
  return { ...job, history: { ...history, status: job.status, reason } };
}
