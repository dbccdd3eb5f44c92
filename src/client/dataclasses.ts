/**
 * The documented dataclasses as types, made of the schemas of job.ts and config/preset.ts (test/client/dataclasses.test.ts).
 * Absent means "not set". Source: protocol reference 5.
 */

/** Where a job stands; pending, suspended and running are active, the others final. */
export type JobStatus = "pending" | "suspended" | "running" | "succeeded" | "failed" | "cancelled" | "unknown";

/** When a job whose process ended is started again. */
export type JobRestartPolicy = "never" | "on-failure" | "always";

/** Who goes first where jobs wait for a node. */
export type JobPriority = "low" | "normal" | "high";

/** One step in the life of a job. */
export interface JobStatusItem {
  status: JobStatus;
  /** When the job entered this status, ISO-8601 with offset. */
  transition_time: string;
  /** Short word for the cause, e.g. Scheduling or OOMKilled. */
  reason?: string | undefined;
  /** Longer text of the cause. */
  description?: string | undefined;
  /** Exit code of the container, 0 to 255. */
  exit_code?: number | undefined;
}

/** Where a job stands and how it got there. */
export interface JobStatusHistory {
  status: JobStatus;
  /** Reason of the current status. */
  reason?: string | undefined;
  /** Description of the current status. */
  description?: string | undefined;
  /** How often the job was started again. */
  restarts: number;
  /** When the job was created, ISO-8601 with offset. */
  created_at?: string | undefined;
  /** When it first ran, ISO-8601 with offset. */
  started_at?: string | undefined;
  /** When it ended, ISO-8601 with offset. */
  finished_at?: string | undefined;
  /** Time spent running, in seconds. */
  run_time_seconds?: number | undefined;
  /** Exit code; absent while active and for cancelled jobs. */
  exit_code?: number | undefined;
  /** All steps, oldest first. */
  transitions: JobStatusItem[];
}

/** A port of the job published at its http_url. */
export interface HTTPPort {
  /** Port the job listens on; -1 if the platform did not say. */
  port: number;
  /** Whether visitors must be logged in to the platform. */
  requires_auth: boolean;
  /** Path that tells whether it answers, e.g. /. */
  health_check_path?: string | undefined;
}

/** What the job may use. */
export interface Resources {
  /** Memory limit, in bytes. */
  memory: number;
  /** CPU limit, in cores. */
  cpu: number;
  /** Number of NVIDIA GPUs. */
  nvidia_gpu?: number | undefined;
  /** Model name. */
  nvidia_gpu_model?: string | undefined;
  /** Number of AMD GPUs. */
  amd_gpu?: number | undefined;
  /** Model name. */
  amd_gpu_model?: string | undefined;
  /** Number of Intel GPUs. */
  intel_gpu?: number | undefined;
  /** Model name. */
  intel_gpu_model?: string | undefined;
  /** MIG slices by profile name. */
  nvidia_migs?: Record<string, {
    /** Number of slices. */
    count: number;
    /** Model of the GPU that is sliced. */
    model?: string | undefined;
  }> | undefined;
  /** Whether /dev/shm may use the job's whole memory. */
  shm: boolean;
  /** Kind of TPU. */
  tpu_type?: string | undefined;
  /** Version of the TPU software. */
  tpu_software_version?: string | undefined;
}

/** A container image. */
export interface RemoteImage {
  /** Repository name without registry. */
  name: string;
  /** Version of the image, e.g. latest. */
  tag?: string | undefined;
  /** Host, with port if any. */
  registry?: string | undefined;
  /** Set for images in the platform's own registry. */
  cluster_name?: string | undefined;
  /** Org in the platform's own registry. */
  org_name?: string | undefined;
  /** Project in the platform's own registry. */
  project_name?: string | undefined;
}

/** A folder of the platform's storage, mounted. */
export interface Volume {
  /** storage://cluster/org/project/path. */
  storage_uri: string;
  /** Absolute path in the container. */
  container_path: string;
  /** Whether the job may only read it. */
  read_only: boolean;
}

/** A secret, mounted as a file. */
export interface SecretFile {
  /** secret://cluster/org/project/key. */
  secret_uri: string;
  /** Absolute path in the container. */
  container_path: string;
}

/** A persistent disk, mounted. */
export interface DiskVolume {
  /** disk://cluster/org/project/disk. */
  disk_uri: string;
  /** Absolute path in the container. */
  container_path: string;
  /** Whether the job may only read it. */
  read_only: boolean;
}

/** What runs. */
export interface Container {
  image: RemoteImage;
  resources: Resources;
  /** Replaces the image's entrypoint; shell words, no shell. */
  entrypoint?: string | undefined;
  /** Arguments; shell words, no shell. */
  command?: string | undefined;
  /** Absolute path the command starts in. */
  working_dir?: string | undefined;
  /** Published port. */
  http?: HTTPPort | undefined;
  /** Environment variables. */
  env: Record<string, string>;
  /** Mounted storage. */
  volumes: Volume[];
  /** Variable name to secret:// URI. */
  secret_env: Record<string, string>;
  /** Secrets mounted as files. */
  secret_files: SecretFile[];
  /** Mounted disks. */
  disk_volumes: DiskVolume[];
  /** Whether it has a terminal. */
  tty: boolean;
}

/** A job: what it is, where it stands, what it costs. */
export interface JobDescription {
  /** job- followed by a UUID. */
  id: string;
  /** Name given by whoever started it; unique among active jobs of one owner. */
  name?: string | undefined;
  /** User who started it. */
  owner: string;
  /** Cluster it runs on. */
  cluster_name: string;
  /** Org it belongs to. */
  org_name?: string | undefined;
  /** Project it belongs to. */
  project_name: string;
  /** Kubernetes namespace of its project. */
  namespace: string;
  /** Short hash of org and project, part of host names. */
  org_project_hash?: string | undefined;
  /** job://cluster/org/project/id. */
  uri: string;
  status: JobStatus;
  history: JobStatusHistory;
  container: Container;
  /** Description given by whoever started it. */
  description?: string | undefined;
  /** Labels to find it by. */
  tags: string[];
  /** Preset it was started on. */
  preset_name?: string | undefined;
  restart_policy: JobRestartPolicy;
  priority: JobPriority;
  /** Longest time it may run, in seconds. */
  life_span?: number | undefined;
  /** Longest wait for a node, in seconds. */
  schedule_timeout?: number | undefined;
  /** Energy schedule that says when it may run. */
  energy_schedule_name?: string | undefined;
  /** Whether it may be suspended to let others run. */
  scheduler_enabled: boolean;
  /** Whether its node may be taken away. */
  preemptible_node: boolean;
  /** Whether it runs with extended rights on its node. */
  privileged: boolean;
  /** Whether it was given the login of whoever started it. */
  pass_config: boolean;
  /** Cost so far, in credits, decimal. */
  total_price_credits: string;
  /** Price of one hour of running, in credits, decimal. */
  price_credits_per_hour: string;
  /** Where its published port is reached. */
  http_url?: string | undefined;
  /** Host name by id, inside the cluster. */
  internal_hostname?: string | undefined;
  /** Host name by name, inside the cluster. */
  internal_hostname_named?: string | undefined;
  /** Whether a pod exists for it. */
  materialized: boolean;
  /** Whether the platform is deleting its record. */
  being_dropped: boolean;
  /** Whether its log is gone. */
  logs_removed: boolean;
  /** Fields that the platform sent in an unknown form: the value is a guess. */
  unread?: string[] | undefined;
}

/** One measurement of a running job. */
export interface JobTelemetry {
  /** CPU in use, in cores. */
  cpu: number;
  /** Memory in use, in bytes. */
  memory_bytes: number;
  /** When it was measured, unix seconds. */
  timestamp: number;
  /** GPU in use, in percent. */
  gpu_duty_cycle?: number | undefined;
  /** GPU memory in use, in bytes. */
  gpu_memory_bytes?: number | undefined;
}

/** Graphics processors of one model. */
export interface Gpu {
  /** Number of them. */
  count: number;
  /** Model name. */
  model?: string | undefined;
  /** Memory of one, in bytes. */
  memory?: number | undefined;
}

/** A size of machine that a job can be started on. */
export interface Preset {
  /** What a start names. */
  name: string;
  /** Price of one hour of running, in credits, decimal. */
  credits_per_hour: string;
  /** Cores. */
  cpu: number;
  /** Memory, in bytes. */
  memory: number;
  /** NVIDIA GPUs. */
  nvidia_gpu?: Gpu | undefined;
  /** AMD GPUs. */
  amd_gpu?: Gpu | undefined;
  /** Intel GPUs. */
  intel_gpu?: Gpu | undefined;
  /** MIG slices by profile name. */
  nvidia_migs?: Record<string, Gpu> | undefined;
  /** TPU. */
  tpu?: {
    /** Kind of TPU. */
    type: string;
    /** Version of the TPU software. */
    software_version: string;
  } | undefined;
  /** Jobs may be suspended and take turns. */
  scheduler_enabled: boolean;
  /** The node may be taken away. */
  preemptible_node: boolean;
  /** Pools of nodes it may run on. */
  resource_pool_names: string[];
  /** Pools of nodes it fits on now. */
  available_resource_pool_names: string[];
}
