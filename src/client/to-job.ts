import { PlatformError } from "./errors.ts";
import { type ImageBase, imageOfJob } from "./images.ts";
import {
  type Container,
  type JobDescription,
  type JobStatusHistory,
  type JobStatusItem,
  jobPriority,
  jobRestartPolicy,
  jobStatus,
  type Resources,
} from "./job.ts";
import { type WireJob, wireJob } from "./wire/job.ts";

type WireContainer = WireJob["container"];
type WireResources = WireContainer["resources"];
type WireItem = NonNullable<WireJob["statuses"]>[number];

/** Checks and maps a job as sent. @throws {PlatformError} `protocol_error` when it is not one. */
export function parseJob(value: unknown, at: ImageBase): JobDescription {
  const found = wireJob.safeParse(value);
  if (found.success) return toJob(found.data, at);
  const where = found.error.issues.map(({ path }) => path.join(".")).join(", ");
  throw new PlatformError("protocol_error", `The platform sent a job of an unknown shape (${where}).`, {
    cause: found.error,
  });
}

/** Maps what the platform sends to the documented dataclass. Source: protocol reference 5. */
function toJob(wire: WireJob, at: ImageBase): JobDescription {
  const { id, owner, cluster_name, uri, scheduler_enabled, pass_config } = wire;
  const { total_price_credits, price_credits_per_hour } = wire;
  return {
    id,
    ...set("name", wire.name),
    owner,
    cluster_name,
    ...set("org_name", wire.org_name),
    project_name: wire.project_name ?? owner,
    namespace: wire.namespace ?? "",
    ...set("org_project_hash", wire.org_project_hash),
    uri,
    status: known(jobStatus.options, wire.status) ?? "unknown",
    history: toHistory(wire),
    container: toContainer(wire, at),
    ...set("description", wire.description),
    tags: wire.tags ?? [],
    ...set("preset_name", wire.preset_name),
    restart_policy: known(jobRestartPolicy.options, wire.restart_policy) ?? "never",
    priority: known(jobPriority.options, wire.priority) ?? "normal",
    ...set("life_span", toSeconds(wire.max_run_time_minutes)),
    ...set("schedule_timeout", wire.schedule_timeout),
    ...set("energy_schedule_name", wire.energy_schedule_name),
    scheduler_enabled,
    ...toFlags(wire),
    pass_config,
    total_price_credits,
    price_credits_per_hour,
    ...set("http_url", wire.http_url_named || wire.http_url),
    ...set("internal_hostname", wire.internal_hostname),
    ...set("internal_hostname_named", wire.internal_hostname_named),
  };
}

function toFlags(wire: WireJob) {
  return {
    preemptible_node: wire.preemptible_node ?? false,
    privileged: wire.privileged ?? false,
    materialized: wire.materialized ?? false,
    being_dropped: wire.being_dropped ?? false,
    logs_removed: wire.logs_removed ?? false,
  };
}

function toSeconds(minutes: number | null | undefined): number | undefined {
  return minutes === null || minutes === undefined ? undefined : minutes * 60;
}

function toHistory({ history, statuses }: WireJob): JobStatusHistory {
  return {
    status: known(jobStatus.options, history.status) ?? "unknown",
    ...set("reason", history.reason),
    ...set("description", history.description),
    restarts: history.restarts ?? 0,
    ...set("created_at", history.created_at),
    ...set("started_at", history.started_at),
    ...set("finished_at", history.finished_at),
    ...set("run_time_seconds", history.run_time_seconds),
    ...set("exit_code", history.exit_code),
    transitions: (statuses ?? []).map(toItem),
  };
}

function toItem({ status, transition_time, reason, description, exit_code }: WireItem): JobStatusItem {
  return {
    status: known(jobStatus.options, status) ?? "unknown",
    transition_time,
    ...set("reason", reason),
    ...set("description", description),
    ...set("exit_code", exit_code),
  };
}

function toContainer({ container, org_name, project_name, cluster_name }: WireJob, at: ImageBase): Container {
  const base = {
    cluster: cluster_name,
    org: org_name ?? at.base.org,
    project: project_name ?? at.base.project,
  };
  return {
    image: imageOfJob(container.image, { ...at, base }),
    resources: toResources(container.resources),
    ...set("entrypoint", container.entrypoint),
    ...set("command", container.command),
    ...set("working_dir", container.working_dir),
    ...set("http", toHttp(container.http)),
    env: container.env ?? {},
    volumes: (container.volumes ?? []).map(({ src_storage_uri, dst_path, read_only = true }) => ({
      storage_uri: src_storage_uri,
      container_path: dst_path,
      read_only,
    })),
    secret_env: container.secret_env ?? {},
    secret_files: (container.secret_volumes ?? []).map(({ src_secret_uri, dst_path }) => ({
      secret_uri: src_secret_uri,
      container_path: dst_path,
    })),
    disk_volumes: (container.disk_volumes ?? []).map(({ src_disk_uri, dst_path, read_only = true }) => ({
      disk_uri: src_disk_uri,
      container_path: dst_path,
      read_only,
    })),
    tty: container.tty ?? false,
  };
}

function toHttp(http: WireContainer["http"]): Container["http"] {
  if (!http) return undefined;
  const { port = -1, requires_auth = false, health_check_path } = http;
  return { port, requires_auth, ...set("health_check_path", health_check_path) };
}

function toResources(wire: WireResources): Resources {
  return {
    memory: wire.memory,
    cpu: wire.cpu,
    ...set("nvidia_gpu", wire.nvidia_gpu),
    ...set("nvidia_gpu_model", wire.nvidia_gpu_model),
    ...set("amd_gpu", wire.amd_gpu),
    ...set("amd_gpu_model", wire.amd_gpu_model),
    ...set("intel_gpu", wire.intel_gpu),
    ...set("intel_gpu_model", wire.intel_gpu_model),
    ...set("nvidia_migs", toMigs(wire.nvidia_migs)),
    shm: wire.shm ?? true,
    ...set("tpu_type", wire.tpu?.type),
    ...set("tpu_software_version", wire.tpu?.software_version),
  };
}

function toMigs(migs: WireResources["nvidia_migs"]): Resources["nvidia_migs"] {
  if (!migs) return undefined;
  return Object.fromEntries(
    Object.entries(migs).map(([profile, { count, model }]) => [profile, { count, ...set("model", model) }]),
  );
}

/** `{ key: value }`, or nothing where the platform sent null or left the key out. */
function set<K extends string, V>(key: K, value: V | null | undefined): { [P in K]?: V } {
  // The computed key is exactly K; TypeScript widens it to string.
  return value === null || value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}

function known<T extends string>(words: readonly T[], word: string | undefined): T | undefined {
  return words.find((candidate) => candidate === word);
}
