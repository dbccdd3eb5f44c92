import type { Where } from "../call.ts";
import { invalidArgument } from "../errors.ts";
import type { JobPriority, JobRestartPolicy } from "../job.ts";
import { type ImageBase, imageToString, parseImage } from "../names/images.ts";
import { parseUri, requireProject } from "../names/uris.ts";
import { parseVolumes } from "./volumes.ts";

/** What a job's container is made of, as a person types it. */
export interface ContainerOptions {
  /** A public one, `python:3.12`, or one of the platform, `image:name:tag`. */
  image: string;
  /** Arguments, as one string of shell words; no shell runs them. */
  command?: string | undefined;
  /** Replaces the image's entrypoint; shell words. */
  entrypoint?: string | undefined;
  /** Absolute; by default that of the image. */
  workingDir?: string | undefined;
  /** A port published at the job's `http_url`; visitors must log in unless `requiresAuth` is false. */
  http?: { port: number; requiresAuth?: boolean | undefined } | undefined;
  /** A value `secret:key` becomes a secret. */
  env?: Record<string, string> | undefined;
  /** Variable name to `secret:` URI. */
  secretEnv?: Record<string, string> | undefined;
  /** `storage:data:/mnt:ro`, `secret:key:/path`, `disk:name:/path`. */
  volumes?: readonly string[] | undefined;
  /** Gives it a terminal, for an interactive program. */
  tty?: boolean | undefined;
}

/** What a job has besides its container. */
export interface JobOptions {
  /** Free again once the job has ended. */
  name?: string | undefined;
  /** Words by which jobs are listed. */
  tags?: readonly string[] | undefined;
  description?: string | undefined;
  /** Puts the caller's login into the job. */
  passConfig?: boolean | undefined;
  /** Waits for the quota of running jobs instead of failing. */
  waitForJobsQuota?: boolean | undefined;
  /** How long it may wait for a node before it fails. */
  scheduleTimeoutSeconds?: number | undefined;
  /** `never` by default. */
  restartPolicy?: JobRestartPolicy | undefined;
  /** Longest running time; rounded up to whole minutes, at least 60. */
  lifeSpanSeconds?: number | undefined;
  /** With the rights of the node; only where the platform allows it. */
  privileged?: boolean | undefined;
  /** `normal` by default. */
  priority?: JobPriority | undefined;
  /** One of the cluster's schedules, by which it may be suspended. */
  energyScheduleName?: string | undefined;
  where?: Where | undefined;
}

/** Everything `jobs.start` takes. Source: protocol reference 3.2. */
export interface StartOptions extends ContainerOptions, JobOptions {
  /** By default the cluster's first. */
  preset?: string | undefined;
  /** Gives `/dev/shm` the job's whole memory. */
  shm?: boolean | undefined;
}

/** A body as it goes over the wire. */
export type WireStartBody = Record<string, unknown>;

/** The body of a start with a preset. Source: protocol reference 3.2. */
export function startBody(options: StartOptions, preset: string, at: ImageBase): WireStartBody {
  return {
    ...jobFields(options, at),
    preset_name: preset,
    ...containerFields(options, at),
    ...(options.shm === true ? { resources: { shm: true } } : {}),
  };
}

/** Fields of the job itself; what is unset or the default is left out, as the official client does. */
export function jobFields(options: JobOptions, at: ImageBase): WireStartBody {
  const { cluster, org, project } = requireProject(at.base);
  const { lifeSpanSeconds, restartPolicy } = options;
  return {
    pass_config: options.passConfig ?? false,
    project_name: project,
    org_name: org,
    cluster_name: cluster,
    ...truthy({
      name: options.name,
      tags: nonEmpty(options.tags),
      description: options.description,
      schedule_timeout: options.scheduleTimeoutSeconds,
      restart_policy: restartPolicy === "never" ? undefined : restartPolicy,
      wait_for_jobs_quota: options.waitForJobsQuota,
      privileged: options.privileged,
      priority: options.priority,
      energy_schedule_name: options.energyScheduleName,
    }),
    ...(lifeSpanSeconds === undefined
      ? {}
      : { max_run_time_minutes: toMinutes(lifeSpanSeconds, "A life span") }),
  };
}

/** Fields of the container, references made absolute with the call's cluster, org and project. */
export function containerFields(options: ContainerOptions, at: ImageBase): WireStartBody {
  const base = requireProject(at.base);
  const typed = Object.entries(options.env ?? {});
  const secretEnv = Object.fromEntries(
    [...typed.filter(isSecret), ...Object.entries(options.secretEnv ?? {})].map(([name, uri]) => [
      name,
      parseUri(uri, "secret", base),
    ]),
  );
  const mounts = parseVolumes(options.volumes ?? [], base);
  const { http } = options;
  return {
    image: imageToString(parseImage(options.image, at)),
    ...truthy({
      entrypoint: options.entrypoint,
      command: options.command,
      working_dir: options.workingDir,
      http: http && { port: http.port, requires_auth: http.requiresAuth ?? true },
      env: nonEmpty(Object.fromEntries(typed.filter((pair) => !isSecret(pair)))),
      secret_env: nonEmpty(secretEnv),
      tty: options.tty,
      volumes: nonEmpty(mounts.volumes),
      secret_volumes: nonEmpty(mounts.secret_volumes),
      disk_volumes: nonEmpty(mounts.disk_volumes),
    }),
  };
}

function isSecret([, value]: [string, string]): boolean {
  return value.startsWith("secret:");
}

/** Whole minutes, rounded up, for the wire. @throws {PlatformError} `invalid_argument` under a minute */
export function toMinutes(seconds: number, what: string): number {
  if (!Number.isFinite(seconds) || seconds < 60)
    throw invalidArgument(
      `${what} of ${seconds} s is too short: the platform counts whole minutes, the least is 60 s.`,
      { about: "life_span" },
    );
  return Math.ceil(seconds / 60);
}

function truthy(fields: WireStartBody): WireStartBody {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => Boolean(value)));
}

function nonEmpty<T extends object>(value: T | undefined): T | undefined {
  return value === undefined || Object.keys(value).length === 0 ? undefined : value;
}
