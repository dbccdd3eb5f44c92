import {
  imageToString,
  isFinished,
  isOwnTag,
  type JobDescription,
  type Preset,
  type StartOptions,
  type Where,
} from "../../client/index.ts";
import { compareCredits } from "../../jobs/cost.ts";
import { whereIs } from "../../jobs/identity.ts";
import { commandToRun } from "../../jobs/start/command.ts";
import { parseDuration, parseLifeSpan } from "../../jobs/time/durations.ts";
import type { StartItem } from "./request.ts";

/** What is to be different; what is absent stays as it was. */
export interface Changes {
  name?: string | undefined;
  image?: string | undefined;
  command?: string | undefined;
  preset?: string | undefined;
  life_span?: string | undefined;
  /** Added to the job's own, or in place of them. */
  env?: Record<string, string> | undefined;
  secret_env?: Record<string, string> | undefined;
  /** Added to the job's own, or in place of the one at the same path. */
  volumes?: readonly string[] | undefined;
  /** Added to the job's own. */
  tags?: readonly string[] | undefined;
  restart_policy?: StartOptions["restartPolicy"];
  priority?: StartOptions["priority"];
  schedule_timeout?: string | undefined;
  /** Where the new job is to be. */
  to?: Where | undefined;
}

/** Variables the platform itself adds to jobs that get a login; sent back they would be refused. */
const PASSED_CONFIG: ReadonlySet<string> = new Set(["NEURO_PASSED_CONFIG", "APOLO_PASSED_CONFIG"]);

/** The start of a job like another one. */
export function rerunItem(
  job: JobDescription,
  changes: Changes,
  { requestId, presets }: { requestId: string; presets: readonly Preset[] },
): StartItem {
  const { container } = job;
  const entrypoint = container.entrypoint;
  // The job's own command is shell words already; only a new one is what somebody typed.
  const toRun =
    changes.command === undefined
      ? container.command === undefined
        ? undefined
        : { command: container.command, inShell: false }
      : commandToRun(changes.command, { entrypoint });
  const isNameFree = isFinished(job.status) || leavesProject(job, changes);
  const name = changes.name ?? (isNameFree ? job.name : undefined);
  const preset = changes.preset ?? job.preset_name ?? smallestFor(job, presets);
  const options: StartOptions = {
    ...containerOptions(job, changes),
    ...placeOptions(job, changes, presets.find(({ name }) => name === preset)?.scheduler_enabled),
    name,
    lifeSpanSeconds: lifeSpanOf(job, changes),
    entrypoint,
    command: toRun?.command,
    image: changes.image ?? imageToString(container.image),
    preset,
    ...variables(job, changes),
  };
  return {
    index: 1,
    values: {},
    requestId,
    options,
    ...(name === undefined ? {} : { name }),
    ...(toRun === undefined ? {} : { toRun }),
  };
}

/** Whether the job's name is free for another one: the platform keeps names apart by project. Source: protocol reference 3.8 */
export function leavesProject({ project_name }: JobDescription, { to }: Pick<Changes, "to">): boolean {
  return to?.project !== undefined && to.project !== project_name;
}

/** Where a volume is mounted: `/mnt` of `storage:data:/mnt:ro`; the whole text where that cannot be told. */
export function mountPathOf(volume: string): string {
  return /:(\/[^:]*)(?::[^:]*)?$/s.exec(volume)?.[1] ?? volume;
}

function lifeSpanOf(job: JobDescription, { life_span: asked }: Changes): number | undefined {
  if (asked === undefined) return job.life_span;
  return asked === "none" ? undefined : parseLifeSpan(asked);
}

/** A variable is either a value or a secret: the one asked for takes the place of the other. */
function variables(job: JobDescription, { env = {}, secret_env: secrets = {} }: Changes) {
  const without = (own: Record<string, string>, asked: Record<string, string>) =>
    Object.fromEntries(Object.entries(own).filter(([name]) => !Object.hasOwn(asked, name)));
  return {
    env: { ...without(ownEnv(job), secrets), ...env },
    secretEnv: { ...without(job.container.secret_env, env), ...secrets },
  };
}

function containerOptions({ container }: JobDescription, { volumes: asked = [] }: Changes) {
  const mode = (isReadOnly: boolean) => (isReadOnly ? "ro" : "rw");
  const { volumes, secret_files: secrets, disk_volumes: disks, http } = container;
  const own = [
    ...volumes.map((each) => `${each.storage_uri}:${each.container_path}:${mode(each.read_only)}`),
    ...secrets.map((each) => `${each.secret_uri}:${each.container_path}`),
    ...disks.map((each) => `${each.disk_uri}:${each.container_path}:${mode(each.read_only)}`),
  ];
  const paths = new Set(asked.map(mountPathOf));
  return {
    volumes: [...own.filter((volume) => !paths.has(mountPathOf(volume))), ...asked],
    workingDir: container.working_dir,
    http: http === undefined ? undefined : { port: http.port, requiresAuth: http.requires_auth },
    tty: container.tty,
    shm: container.resources.shm,
  };
}

/** The cheapest preset that has what a job with resources of its own, and no preset, has. */
function smallestFor({ container }: JobDescription, presets: readonly Preset[]): string | undefined {
  const { cpu, memory, nvidia_gpu = 0, amd_gpu = 0, intel_gpu = 0 } = container.resources;
  const [fitting] = presets
    .filter(
      (preset) =>
        preset.cpu >= cpu &&
        preset.memory >= memory &&
        (preset.nvidia_gpu?.count ?? 0) >= nvidia_gpu &&
        (preset.amd_gpu?.count ?? 0) >= amd_gpu &&
        (preset.intel_gpu?.count ?? 0) >= intel_gpu,
    )
    .sort((a, b) => compareCredits(a.credits_per_hour, b.credits_per_hour));
  return fitting?.name;
}

/** `isScheduled`: whether jobs of the new one's preset take turns. */
function placeOptions(job: JobDescription, changes: Changes, isScheduled = job.scheduler_enabled) {
  const { energy_schedule_name: schedule } = job;
  const { schedule_timeout: timeout, priority = job.priority, tags = [] } = changes;
  const ownTimeout = isScheduled ? undefined : job.schedule_timeout;
  return {
    tags: [...new Set([...job.tags.filter((tag) => !isOwnTag(tag)), ...tags])],
    description: job.description,
    passConfig: job.pass_config,
    restartPolicy: changes.restart_policy ?? job.restart_policy,
    priority: priority === "normal" ? undefined : priority,
    privileged: job.privileged,
    scheduleTimeoutSeconds: timeout === undefined ? ownTimeout : parseDuration(timeout),
    energyScheduleName: isScheduled && schedule !== "default" ? schedule : undefined,
    where: { ...whereIs(job), ...changes.to },
  };
}

function ownEnv({ pass_config: passes, container: { env } }: JobDescription): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !(passes && PASSED_CONFIG.has(name))));
}
