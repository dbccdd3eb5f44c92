import { oneLine } from "../../foreign.ts";
import { PlatformError } from "../errors.ts";
import {
  type Container,
  type HTTPPort,
  type JobDescription,
  type JobStatusHistory,
  type JobStatusItem,
  jobPriority,
  jobRestartPolicy,
  jobStatus,
  jobStatusHistory,
  type RemoteImage,
  type Resources,
  resources,
} from "../job.ts";
import { type ImageBase, imageOfJob } from "../names/images.ts";
import { readableUri } from "../names/uris.ts";
import { type WireJob, wireJob } from "../wire/job.ts";
import { isModest, salvage } from "./salvage.ts";

type WireContainer = WireJob["container"];
type WireResources = WireContainer["resources"];
type WireItem = NonNullable<WireJob["statuses"]>[number];

const STATUSES = new Set<string>(jobStatus.options);

/**
 * Checks and maps a job as sent. Fields that cannot be read are named in `unread`; a job is refused only without an
 * id, unless `id` tells it. @throws {PlatformError} `protocol_error`
 */
export function parseJob(value: unknown, at: ImageBase, id?: string): JobDescription {
  const found = isModest(value) ? wireJob.safeParse(value) : undefined;
  if (found?.success === true) return withPlainWords(toJob(found.data, at));
  const { value: wire, unread } = salvage(wireJob, value, {
    ...NEUTRAL,
    ...(id === undefined ? {} : { id }),
  });
  const lost = unread.filter((path) => !path.includes(".")).length;
  if (wire !== undefined && lost < MOST_ODD_FIELDS)
    return { ...withPlainWords(toJob(placed(wire, unread, at), at)), ...named(unread) };
  const which = wire === undefined ? "a job" : `${wire.id.slice(0, 80)}`;
  throw new PlatformError(
    "protocol_error",
    oneLine(`The platform sent ${which} in a form that cannot be read (${unread.join(", ")}).`),
    { cause: found?.error },
  );
}

/** Fills in the place where it could not be read. */
function placed(wire: WireJob, unread: readonly string[], { base }: ImageBase): WireJob {
  const [cluster, , project] = wire.uri.replace(/^job:\/\//, "").split("/");
  if (wire.cluster_name === "") wire.cluster_name = cluster || base.cluster;
  if (unread.includes("project_name")) wire.project_name = project || base.project;
  return wire;
}

function named(unread: string[]): { unread?: string[] } {
  return unread.length === 0 ? {} : { unread: unread.map(oneLine) };
}

/** A record with this many fields unread is no job. */
const MOST_ODD_FIELDS = 8;

/** What stands for required fields that cannot be read. */
const NEUTRAL = {
  owner: "",
  cluster_name: "",
  uri: "",
  status: "unknown",
  history: {},
  container: { image: "", resources: { cpu: 0, memory: 0 } },
  scheduler_enabled: false,
  pass_config: false,
  total_price_credits: "",
  price_credits_per_hour: "",
};

/** Maps what the platform sends to the documented dataclass. Source: protocol reference 5. */
function toJob(wire: WireJob, at: ImageBase): JobDescription {
  const job: JobDescription = {
    id: wire.id,
    owner: wire.owner,
    cluster_name: wire.cluster_name,
    project_name: wire.project_name ?? wire.owner,
    namespace: wire.namespace ?? "",
    uri: wire.uri,
    status: toStatus(wire.status),
    history: toHistory(wire),
    container: toContainer(wire, at),
    tags: wire.tags ?? [],
    restart_policy: known(jobRestartPolicy.options, wire.restart_policy) ?? "never",
    priority: known(jobPriority.options, wire.priority) ?? "normal",
    scheduler_enabled: wire.scheduler_enabled,
    pass_config: wire.pass_config,
    total_price_credits: wire.total_price_credits,
    price_credits_per_hour: wire.price_credits_per_hour,
    ...toFlags(wire),
  };
  if (typeof wire.max_run_time_minutes === "number") job.life_span = wire.max_run_time_minutes * 60;
  const url = wire.http_url_named || wire.http_url;
  if (url) job.http_url = url;
  return present(job, wire, JOB_KEYS);
}

const JOB_KEYS = [
  "name",
  "org_name",
  "org_project_hash",
  "description",
  "preset_name",
  "schedule_timeout",
  "energy_schedule_name",
  "internal_hostname",
  "internal_hostname_named",
] as const;

/** Keeps names and the like on one line, whatever was sent: lines of ours quote them everywhere. */
function withPlainWords(job: JobDescription): JobDescription {
  plainWords(job, WORDS);
  plainWords(job.history, REASON);
  for (const step of job.history.transitions) plainWords(step, REASON);
  return job;
}

const WORDS = [
  "id",
  "name",
  "owner",
  "cluster_name",
  "org_name",
  "project_name",
  "namespace",
  "uri",
  "preset_name",
  "http_url",
  "internal_hostname",
  "internal_hostname_named",
  "energy_schedule_name",
  "total_price_credits",
  "price_credits_per_hour",
] as const;

const REASON = ["reason"] as const;

function plainWords<K extends string>(target: { [P in K]?: string | undefined }, keys: readonly K[]): void {
  for (const key of keys) {
    const text = target[key];
    if (text !== undefined) target[key] = oneLine(text);
  }
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

function toHistory({ history, statuses }: WireJob): JobStatusHistory {
  const mapped: JobStatusHistory = {
    status: toStatus(history.status),
    restarts: history.restarts ?? 0,
    transitions: statuses === undefined ? [] : statuses.map(toItem),
  };
  return present(mapped, history, HISTORY_KEYS);
}

const HISTORY_KEYS = jobStatusHistory.keyof().options;

function toItem(wire: WireItem): JobStatusItem {
  const item: JobStatusItem = { status: toStatus(wire.status), transition_time: wire.transition_time };
  return present(item, wire, ITEM_KEYS);
}

const ITEM_KEYS = ["reason", "description", "exit_code"] as const;

function toContainer(wire: WireJob, at: ImageBase): Container {
  const { container } = wire;
  const mapped: Container = {
    image: toImage(wire, at),
    resources: toResources(container.resources),
    env: container.env ?? {},
    volumes: (container.volumes ?? []).map(({ src_storage_uri, dst_path, read_only = true }) => ({
      storage_uri: readableUri(src_storage_uri),
      container_path: dst_path,
      read_only,
    })),
    secret_env: container.secret_env ?? {},
    secret_files: (container.secret_volumes ?? []).map(({ src_secret_uri, dst_path }) => ({
      secret_uri: readableUri(src_secret_uri),
      container_path: dst_path,
    })),
    disk_volumes: (container.disk_volumes ?? []).map(({ src_disk_uri, dst_path, read_only = true }) => ({
      disk_uri: readableUri(src_disk_uri),
      container_path: dst_path,
      read_only,
    })),
    tty: container.tty ?? false,
  };
  if (container.http) mapped.http = toHttp(container.http);
  return present(mapped, container, CONTAINER_KEYS);
}

const CONTAINER_KEYS = ["entrypoint", "command", "working_dir"] as const;

/** The jobs of a list share few images: each is parsed once, frozen, and shared by all jobs of the same place. */
function toImage({ container, cluster_name, org_name, project_name }: WireJob, at: ImageBase): RemoteImage {
  const { base } = at;
  const org = org_name ?? base.org;
  const project = project_name ?? base.project;
  const key = `${org} ${project} ${container.image}`;
  const seen = at.images.get(key);
  if (seen !== undefined) return seen;
  const image = Object.freeze(
    imageOfJob(oneLine(container.image), { ...at, base: { cluster: cluster_name, org, project } }),
  );
  if (at.images.size < MAX_IMAGES) at.images.set(key, image);
  return image;
}

const MAX_IMAGES = 1000;

function toHttp({ port = -1, requires_auth = false, health_check_path }: NonNullable<WireContainer["http"]>) {
  const http: HTTPPort = { port, requires_auth };
  if (health_check_path !== undefined) http.health_check_path = health_check_path;
  return http;
}

function toResources(wire: WireResources): Resources {
  const mapped: Resources = { memory: wire.memory, cpu: wire.cpu, shm: wire.shm ?? true };
  if (wire.nvidia_migs) mapped.nvidia_migs = toMigs(wire.nvidia_migs);
  if (wire.tpu?.type) mapped.tpu_type = wire.tpu.type;
  if (wire.tpu?.software_version) mapped.tpu_software_version = wire.tpu.software_version;
  return present(mapped, wire, RESOURCE_KEYS);
}

const RESOURCE_KEYS = resources.keyof().options;

function toMigs(migs: NonNullable<WireResources["nvidia_migs"]>): NonNullable<Resources["nvidia_migs"]> {
  return Object.fromEntries(
    Object.entries(migs).map(([profile, { count, model }]) => [
      profile,
      model ? { count, model } : { count },
    ]),
  );
}

/** Adds the keys that were sent with a value: absent and null both mean "not set". */
function present<K extends string, T extends object>(
  target: T,
  source: { readonly [P in K]?: unknown },
  keys: readonly K[],
): T {
  for (const key of keys) {
    const value = source[key];
    // The keys are optional ones of T with the type that the wire schema gives them.
    if (value !== undefined && value !== null && !(key in target))
      (target as Record<string, unknown>)[key] = value;
  }
  return target;
}

function toStatus(word: string | undefined): JobDescription["status"] {
  // Membership was just checked.
  return word !== undefined && STATUSES.has(word) ? (word as JobDescription["status"]) : "unknown";
}

function known<T extends string>(words: readonly T[], word: string | undefined): T | undefined {
  return words.find((candidate) => candidate === word);
}
