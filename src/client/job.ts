import { z } from "zod";
import type { JobStatus } from "./dataclasses.ts";

/**
 * The platform's documented dataclasses. Attribute names are the documented ones (snake_case), so that what
 * an agent reads, what the published schema says and what the vendor's documentation says are one text.
 * Absent means "not set"; there are no nulls. Times are ISO-8601 with offset, prices decimal strings in
 * credits, both exactly as sent. Source: protocol reference 5.
 */

export type * from "./dataclasses.ts";

const time = (meaning: string) => z.string().describe(`${meaning}, ISO-8601 with offset`);

/** Where a job stands. `unknown` stands for a word that this version does not know. */
export const jobStatus = z
  .enum(["pending", "suspended", "running", "succeeded", "failed", "cancelled", "unknown"])
  .describe("Where a job stands; pending, suspended and running are active, the others final");

/** Statuses that still hold, or wait for, resources. */
export const ACTIVE_STATUSES = ["pending", "suspended", "running"] as const satisfies JobStatus[];
/** Statuses that never change again. */
export const FINISHED_STATUSES = ["succeeded", "failed", "cancelled"] as const satisfies JobStatus[];

/** Whether a job still holds, or waits for, resources. */
export function isActive(status: JobStatus): boolean {
  return ACTIVE_STATUSES.some((active) => active === status);
}

/** Whether a job has ended for good. */
export function isFinished(status: JobStatus): boolean {
  return FINISHED_STATUSES.some((finished) => finished === status);
}

export const jobRestartPolicy = z
  .enum(["never", "on-failure", "always"])
  .describe("When a job whose process ended is started again");

export const jobPriority = z
  .enum(["low", "normal", "high"])
  .describe("Who goes first where jobs wait for a node");

export const jobStatusItem = z
  .object({
    status: jobStatus,
    transition_time: time("When the job entered this status"),
    reason: z.string().optional().describe("Short word for the cause, e.g. Scheduling or OOMKilled"),
    description: z.string().optional().describe("Longer text of the cause"),
    exit_code: z.int().optional().describe("Exit code of the container, 0 to 255"),
  })
  .describe("One step in the life of a job");

export const jobStatusHistory = z
  .object({
    status: jobStatus,
    reason: z.string().optional().describe("Reason of the current status"),
    description: z.string().optional().describe("Description of the current status"),
    restarts: z.int().describe("How often the job was started again"),
    created_at: time("When the job was created").optional(),
    started_at: time("When it first ran").optional(),
    finished_at: time("When it ended").optional(),
    run_time_seconds: z.number().optional().describe("Time spent running, in seconds"),
    exit_code: z.int().optional().describe("Exit code; absent while active and for cancelled jobs"),
    transitions: z.array(jobStatusItem).describe("All steps, oldest first"),
  })
  .describe("Where a job stands and how it got there");

export const httpPort = z
  .object({
    port: z.int().describe("Port the job listens on; -1 if the platform did not say"),
    requires_auth: z.boolean().describe("Whether visitors must be logged in to the platform"),
    health_check_path: z.string().optional().describe("Path that tells whether it answers, e.g. /"),
  })
  .describe("A port of the job published at its http_url");

const migProfile = z.object({
  count: z.int().describe("Number of slices"),
  model: z.string().optional().describe("Model of the GPU that is sliced"),
});

export const resources = z
  .object({
    memory: z.number().describe("Memory limit, in bytes"),
    cpu: z.number().describe("CPU limit, in cores"),
    nvidia_gpu: z.int().optional().describe("Number of NVIDIA GPUs"),
    nvidia_gpu_model: z.string().optional().describe("Model name"),
    amd_gpu: z.int().optional().describe("Number of AMD GPUs"),
    amd_gpu_model: z.string().optional().describe("Model name"),
    intel_gpu: z.int().optional().describe("Number of Intel GPUs"),
    intel_gpu_model: z.string().optional().describe("Model name"),
    nvidia_migs: z.record(z.string(), migProfile).optional().describe("MIG slices by profile name"),
    shm: z.boolean().describe("Whether /dev/shm may use the job's whole memory"),
    tpu_type: z.string().optional().describe("Kind of TPU"),
    tpu_software_version: z.string().optional().describe("Version of the TPU software"),
  })
  .describe("What the job may use");

export const remoteImage = z
  .object({
    name: z.string().describe("Repository name without registry"),
    tag: z.string().optional().describe("Version of the image, e.g. latest"),
    registry: z.string().optional().describe("Host, with port if any"),
    cluster_name: z.string().optional().describe("Set for images in the platform's own registry"),
    org_name: z.string().optional().describe("Org in the platform's own registry"),
    project_name: z.string().optional().describe("Project in the platform's own registry"),
  })
  .describe("A container image");

export const volume = z
  .object({
    storage_uri: z.string().describe("storage://cluster/org/project/path"),
    container_path: z.string().describe("Absolute path in the container"),
    read_only: z.boolean().describe("Whether the job may only read it"),
  })
  .describe("A folder of the platform's storage, mounted");

export const secretFile = z
  .object({
    secret_uri: z.string().describe("secret://cluster/org/project/key"),
    container_path: z.string().describe("Absolute path in the container"),
  })
  .describe("A secret, mounted as a file");

export const diskVolume = z
  .object({
    disk_uri: z.string().describe("disk://cluster/org/project/disk"),
    container_path: z.string().describe("Absolute path in the container"),
    read_only: z.boolean().describe("Whether the job may only read it"),
  })
  .describe("A persistent disk, mounted");

export const container = z
  .object({
    image: remoteImage,
    resources,
    entrypoint: z.string().optional().describe("Replaces the image's entrypoint; shell words, no shell"),
    command: z.string().optional().describe("Arguments; shell words, no shell"),
    working_dir: z.string().optional().describe("Absolute path the command starts in"),
    http: httpPort.optional().describe("Published port"),
    env: z.record(z.string(), z.string()).describe("Environment variables"),
    volumes: z.array(volume).describe("Mounted storage"),
    secret_env: z.record(z.string(), z.string()).describe("Variable name to secret:// URI"),
    secret_files: z.array(secretFile).describe("Secrets mounted as files"),
    disk_volumes: z.array(diskVolume).describe("Mounted disks"),
    tty: z.boolean().describe("Whether it has a terminal"),
  })
  .describe("What runs");

export const jobDescription = z
  .object({
    id: z.string().describe("job- followed by a UUID"),
    name: z
      .string()
      .optional()
      .describe("Name given by whoever started it; unique among active jobs of one owner"),
    owner: z.string().describe("User who started it"),
    cluster_name: z.string().describe("Cluster it runs on"),
    org_name: z.string().optional().describe("Org it belongs to"),
    project_name: z.string().describe("Project it belongs to"),
    namespace: z.string().describe("Kubernetes namespace of its project"),
    org_project_hash: z.string().optional().describe("Short hash of org and project, part of host names"),
    uri: z.string().describe("job://cluster/org/project/id"),
    status: jobStatus,
    history: jobStatusHistory,
    container,
    description: z.string().optional().describe("Description given by whoever started it"),
    tags: z.array(z.string()).describe("Labels to find it by"),
    preset_name: z.string().optional().describe("Preset it was started on"),
    restart_policy: jobRestartPolicy,
    priority: jobPriority,
    life_span: z.number().optional().describe("Longest time it may run, in seconds"),
    schedule_timeout: z.number().optional().describe("Longest wait for a node, in seconds"),
    energy_schedule_name: z.string().optional().describe("Energy schedule that says when it may run"),
    scheduler_enabled: z.boolean().describe("Whether it may be suspended to let others run"),
    preemptible_node: z.boolean().describe("Whether its node may be taken away"),
    privileged: z.boolean().describe("Whether it runs with extended rights on its node"),
    pass_config: z.boolean().describe("Whether it was given the login of whoever started it"),
    total_price_credits: z.string().describe("Cost so far, in credits, decimal"),
    price_credits_per_hour: z.string().describe("Price of one hour of running, in credits, decimal"),
    http_url: z.string().optional().describe("Where its published port is reached"),
    internal_hostname: z.string().optional().describe("Host name by id, inside the cluster"),
    internal_hostname_named: z.string().optional().describe("Host name by name, inside the cluster"),
    materialized: z.boolean().describe("Whether a pod exists for it"),
    being_dropped: z.boolean().describe("Whether the platform is deleting its record"),
    logs_removed: z.boolean().describe("Whether its log is gone"),
    unread: z
      .array(z.string())
      .optional()
      .describe("Fields that the platform sent in an unknown form: the value is a guess"),
  })
  .describe("A job: what it is, where it stands, what it costs");

export const jobTelemetry = z
  .object({
    cpu: z.number().describe("CPU in use, in cores"),
    memory_bytes: z.number().describe("Memory in use, in bytes"),
    timestamp: z.number().describe("When it was measured, unix seconds"),
    gpu_duty_cycle: z.number().optional().describe("GPU in use, in percent"),
    gpu_memory_bytes: z.number().optional().describe("GPU memory in use, in bytes"),
  })
  .describe("One measurement of a running job");
