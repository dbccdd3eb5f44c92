import { splitWords } from "../state/shell-words.ts";
import {
  bool,
  type Check,
  DataError,
  dict,
  either,
  ensure,
  float,
  int,
  list,
  mapping,
  none,
  oneOf,
  optional,
  pattern,
  refine,
  text,
} from "./check.ts";
import { clusterUri, diskVolumes, secretVolumes, storageVolumes } from "./paths.ts";

export interface JobRequestRule {
  cluster: string;
  energySchedules: readonly string[];
  /** Whether the container's keys stand at the top (`from_preset`) or under `container`. */
  flat: boolean;
}

/** What a create body must look like. Source: protocol reference 3.2, 3.3, 3.9. */
export function jobRequest(rule: JobRequestRule) {
  const own = containerKeys(rule.cluster);
  const common = commonKeys(rule);
  const body = rule.flat ? dict({ ...common, ...own }) : dict({ container: dict(own), ...common });
  return (value: unknown) => {
    const request = body(withoutAliases(value));
    ensure(
      request.schedule_timeout === undefined || !request.scheduler_enabled,
      "schedule_timeout is not allowed for scheduled jobs",
    );
    ensure(
      request.energy_schedule_name === undefined || request.scheduler_enabled,
      "energy_schedule_name requires scheduler_enabled",
    );
    if ("container" in request) return { common: request, container: request.container };
    const container = Object.entries(request).filter(([key]) => Object.hasOwn(own, key));
    // All of its keys, and no others.
    return { common: request, container: Object.fromEntries(container) as typeof request };
  };
}

export type JobRequest = ReturnType<ReturnType<typeof jobRequest>>;

const ALIASES = { is_preemptible: "scheduler_enabled", is_preemptible_node_required: "preemptible_node" };

/** Two keys have older names, which count where the newer one is not given. Source: protocol reference 3.3. */
function withoutAliases(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const request: Record<string, unknown> = { ...value };
  for (const [alias, name] of Object.entries(ALIASES)) {
    if (alias in request && !(name in request)) request[name] = request[alias];
    delete request[alias];
  }
  return request;
}

const NAME = "\\A[a-z](?:-?[a-z0-9])*\\Z";
const PLACE = "\\A[a-z0-9](?:-?[a-z0-9])*\\Z";

/** A job's name. Source: protocol reference 3.9. */
export const jobName = either(none, pattern(text({ min: 3, max: 40 }), NAME));

/** The name of a cluster, org or project. Source: protocol reference 3.9. */
export const placeName = pattern(text({ min: 3, max: 255 }), PLACE);

/** An owner in a list query; its limits are the platform's. Source: protocol reference 3.6. */
export const ownerName = refine(
  pattern(text({ min: 3 }), "\\A[a-z0-9](?:[-/]?[a-z0-9])*\\Z"),
  text({ max: 21 }),
);

/** An owner without the part that a service account adds. Source: protocol reference 3.6. */
export const baseOwnerName = pattern(text({ min: 3, max: 21 }), PLACE);

/** The part of a job's host name that tells organization and project, in either case. */
export const placeHash = pattern(text({ min: 10, max: 10 }), "\\A[0-9a-fA-F]+\\Z");

const placeKeys = {
  cluster_name: optional(placeName),
  org_name: optional(placeName),
  project_name: optional(placeName),
};

/** Where a job is to run; checked before the rest of the body. Source: protocol reference 3.8. */
export function jobPlace(body: Record<string, unknown>): Check<object> {
  const given = Object.keys(placeKeys).filter((name) => Object.hasOwn(body, name));
  return () => dict(placeKeys)(Object.fromEntries(given.map((name) => [name, body[name]])));
}

const tag = pattern(text({ min: 1, max: 256 }), "\\A(?:\\S)*\\Z");

function commonKeys({ energySchedules }: JobRequestRule) {
  return {
    name: optional(jobName),
    preset_name: optional(text()),
    description: optional(text()),
    tags: optional(list(tag, { below: 16 }), []),
    pass_config: optional(bool, false),
    wait_for_jobs_quota: optional(bool, false),
    privileged: optional(bool, false),
    schedule_timeout: optional(float({ min: 1, below: 2_592_000 })),
    max_run_time_minutes: optional(int({ min: 1 })),
    ...placeKeys,
    restart_policy: optional(oneOf("never", "on-failure", "always"), "never"),
    priority: optional(oneOf("low", "normal", "high"), "normal"),
    energy_schedule_name: optional(oneOf(...energySchedules)),
    scheduler_enabled: optional(bool, false),
    preemptible_node: optional(bool, false),
  };
}

function containerKeys(cluster: string) {
  const secretUri = clusterUri({ scheme: "secret", cluster, minParts: 3 });
  return {
    image: text(),
    entrypoint: optional(shellWords),
    command: optional(shellWords),
    env: optional(mapping(text({ blank: true })), {}),
    resources,
    http: optional(http),
    tty: optional(bool, false),
    secret_env: optional(mapping(asItCame(secretUri)), {}),
    secret_volumes: optional(secretVolumes(secretUri), []),
    disk_volumes: optional(diskVolumes(clusterUri({ scheme: "disk", cluster, minParts: 3 })), []),
    // The platform keeps what its pattern matched, which ends with the line.
    working_dir: optional(refine(pattern(text(), "/.*"), (path) => path.split("\n", 1).join(""))),
    volumes: optional(storageVolumes(clusterUri({ scheme: "storage", cluster })), []),
  };
}

/** The platform checks URIs of variables but keeps them as sent. */
function asItCame(check: Check<string>): Check<string> {
  return (value) => {
    check(value);
    return String(value);
  };
}

const shellWords = refine(text(), (words) => {
  try {
    splitWords(words);
    return words;
  } catch (cause) {
    throw new DataError("invalid command format", { cause });
  }
});

const http = dict({
  port: int({ min: 0, max: 65_535 }),
  health_check_path: optional(text(), "/"),
  requires_auth: optional(bool, false),
});

const commonResources = {
  cpu: float({ min: 0.1 }),
  memory: optional(int({ min: 16 * 2 ** 20 })),
  memory_mb: optional(int({ min: 16 })),
  shm: optional(bool),
};

const gpuResources = {
  ...commonResources,
  nvidia_gpu: optional(int({ min: 0 })),
  amd_gpu: optional(int({ min: 0 })),
  intel_gpu: optional(int({ min: 0 })),
  nvidia_gpu_model: optional(text()),
  amd_gpu_model: optional(text()),
  intel_gpu_model: optional(text()),
  nvidia_migs: optional(mapping(dict({ count: int({ min: 0 }), model: optional(text()) }))),
};

const resources = refine(either(dict(commonResources), dict(gpuResources)), (value) => {
  ensure(
    value.memory !== undefined || value.memory_mb !== undefined,
    "Either memory or memory_mb should be present",
  );
  return value;
});
