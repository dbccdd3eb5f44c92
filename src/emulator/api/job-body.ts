import { z } from "zod";
import type { JobContainer, JobRecord } from "../state/job.ts";

/** A create body that passed the validator: only its type is still missing. */
const container = z.object({
  image: z.string(),
  entrypoint: z.string().optional(),
  command: z.string().optional(),
  working_dir: z.string().optional(),
  env: z.record(z.string(), z.string()),
  resources: z.object({
    cpu: z.coerce.number(),
    memory: z.coerce.number().optional(),
    memory_mb: z.coerce.number().optional(),
    shm: z.boolean().optional(),
    nvidia_gpu: z.coerce.number().optional(),
    nvidia_gpu_model: z.string().optional(),
    amd_gpu: z.coerce.number().optional(),
    amd_gpu_model: z.string().optional(),
    intel_gpu: z.coerce.number().optional(),
    intel_gpu_model: z.string().optional(),
    nvidia_migs: z
      .record(z.string(), z.object({ count: z.coerce.number(), model: z.string().optional() }))
      .transform((migs) =>
        Object.fromEntries(Object.entries(migs).map(([profile, mig]) => [profile, withoutUndefined(mig)])),
      )
      .optional(),
  }),
  http: z
    .object({ port: z.coerce.number(), health_check_path: z.string(), requires_auth: z.boolean() })
    .optional(),
  tty: z.boolean(),
  secret_env: z.record(z.string(), z.string()),
  secret_volumes: z.array(z.object({ src_secret_uri: z.string(), dst_path: z.string() })),
  disk_volumes: z.array(z.object({ src_disk_uri: z.string(), dst_path: z.string(), read_only: z.boolean() })),
  volumes: z.array(z.object({ src_storage_uri: z.string(), dst_path: z.string(), read_only: z.boolean() })),
});

const common = z.object({
  name: z.string().nullish(),
  preset_name: z.string().optional(),
  description: z.string().optional(),
  tags: z.array(z.string()).default([]),
  pass_config: z.boolean(),
  wait_for_jobs_quota: z.boolean(),
  privileged: z.boolean(),
  schedule_timeout: z.coerce.number().optional(),
  max_run_time_minutes: z.coerce.number().optional(),
  restart_policy: z.enum(["never", "on-failure", "always"]),
  priority: z.enum(["low", "normal", "high"]),
  energy_schedule_name: z.string().optional(),
  scheduler_enabled: z.boolean(),
  preemptible_node: z.boolean(),
});

type OwnPart = Omit<
  JobRecord,
  | "id"
  | "owner"
  | "cluster"
  | "org"
  | "project"
  | "container"
  | "pricePerHour"
  | "materialized"
  | "beingDropped"
  | "logsRemoved"
  | "statuses"
>;

/** A create body in the table's words. */
export interface JobBody {
  own: OwnPart;
  container: JobContainer;
}

/** Maps a validated body. Source: protocol reference 3.2, 3.3, 3.5. */
export function toJobBody(body: Record<string, unknown>, flat: boolean): JobBody {
  const own = { ...toOwn(common.parse(body)), ...given("sent", oddNumbers(body)) };
  return { own, container: toContainer(container.parse(flat ? body : body.container)) };
}

const NUMBERS = /^(schedule_timeout|max_run_time_minutes|port|cpu|(nvidia|amd|intel)_gpu)$/;

/** Numbers that were sent as text or `true`, at whatever depth; each key is there only once. */
function oddNumbers(body: object): JobRecord["sent"] {
  const found: [string, string | boolean][] = [];
  const look = (part: object) => {
    for (const [key, value] of Object.entries(part)) {
      if (NUMBERS.test(key) && (typeof value === "string" || typeof value === "boolean"))
        found.push([key, value]);
      if (LEVELS.has(key) && typeof value === "object" && value !== null) look(value);
    }
  };
  look(body);
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

const LEVELS: ReadonlySet<string> = new Set(["container", "resources", "http"]);

function toOwn(body: z.infer<typeof common>): OwnPart {
  return {
    tags: [...new Set(body.tags)].sort(),
    schedulerEnabled: body.scheduler_enabled,
    preemptibleNode: body.preemptible_node,
    passConfig: body.pass_config,
    privileged: body.privileged,
    waitForJobsQuota: body.wait_for_jobs_quota,
    restartPolicy: body.restart_policy,
    priority: body.priority,
    ...given("name", body.name ?? undefined),
    ...given("description", body.description),
    ...given("presetName", body.preset_name),
    ...given("energyScheduleName", body.energy_schedule_name),
    ...given("scheduleTimeoutSeconds", body.schedule_timeout),
    ...given("maxRunTimeMinutes", body.max_run_time_minutes),
  };
}

function toContainer(parsed: z.infer<typeof container>): JobContainer {
  const { memory, memory_mb, ...resources } = parsed.resources;
  return {
    image: parsed.image,
    env: parsed.env,
    tty: parsed.tty,
    secret_env: parsed.secret_env,
    secret_volumes: parsed.secret_volumes,
    disk_volumes: parsed.disk_volumes,
    volumes: parsed.volumes.map((volume) => ({
      ...volume,
      src_storage_uri: volume.src_storage_uri.replace(/%2f/gi, "/"),
    })),
    resources: {
      ...withoutUndefined(resources),
      memory: memory ?? (memory_mb ?? 0) * 2 ** 20,
      cpu: resources.cpu,
    },
    ...given("http", parsed.http),
    ...given("entrypoint", parsed.entrypoint),
    ...given("command", parsed.command),
    ...given("working_dir", parsed.working_dir),
  };
}

function given<K extends string, V>(key: K, value: V | undefined): { [key in K]?: V } {
  // A computed key widens to string; the object holds exactly this one key, or none.
  return value === undefined ? {} : ({ [key]: value } as { [key in K]?: V });
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  // Only keys whose value is undefined were taken away.
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
