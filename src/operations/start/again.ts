import {
  imageToString,
  isFinished,
  isOwnTag,
  type JobDescription,
  type Preset,
  type StartOptions,
} from "../../client/index.ts";
import { compareCredits } from "../../jobs/cost.ts";
import { whereIs } from "../../jobs/identity.ts";
import { commandToRun } from "../../jobs/start/command.ts";
import { formatSpan, parseLifeSpan } from "../../jobs/time/durations.ts";
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
  const name = changes.name ?? (isFinished(job.status) ? job.name : undefined);
  const lifeSpanSeconds = changes.life_span === undefined ? job.life_span : parseLifeSpan(changes.life_span);
  const preset = changes.preset ?? job.preset_name ?? smallestFor(job, presets);
  const options: StartOptions = {
    ...containerOptions(job),
    ...placeOptions(job, presets.find(({ name }) => name === preset)?.scheduler_enabled),
    name,
    lifeSpanSeconds,
    entrypoint,
    command: toRun?.command,
    image: changes.image ?? imageToString(container.image),
    preset,
    env: { ...ownEnv(job), ...changes.env },
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

/** What differs; of variables only the names. */
export type Change =
  | { what: "name" | "image" | "schedule_timeout"; before: string | undefined; after: string | undefined }
  | { what: "preset"; before: string | OwnResources; after: string | undefined }
  | { what: "command" }
  | { what: "life_span" }
  | { what: "env"; names: string[] };

/** What a job has that was started without a preset. */
export type OwnResources = Pick<JobDescription["container"]["resources"], "cpu" | "memory">;

export function changesOf(job: JobDescription, { options }: StartItem, changes: Changes): Change[] {
  const { cpu, memory } = job.container.resources;
  const span = (seconds: number | undefined) => (seconds === undefined ? undefined : formatSpan(seconds));
  const names = Object.keys(changes.env ?? {});
  const pairs: Extract<Change, { after: unknown }>[] = [
    // That a name is taken while its job is active is no change anybody asked for.
    { what: "name", before: job.name, after: options.name ?? (changes.name ? undefined : job.name) },
    { what: "image", before: imageToString(job.container.image), after: options.image },
    { what: "preset", before: job.preset_name ?? { cpu, memory }, after: options.preset },
    {
      what: "schedule_timeout",
      before: span(job.schedule_timeout),
      after: span(options.scheduleTimeoutSeconds),
    },
  ];
  return [
    ...pairs.filter(({ before, after }) => before !== after),
    ...(changes.command === undefined ? [] : [{ what: "command" as const }]),
    ...(options.lifeSpanSeconds === job.life_span ? [] : [{ what: "life_span" as const }]),
    ...(names.length === 0 ? [] : [{ what: "env" as const, names }]),
  ];
}

function containerOptions({ container }: JobDescription) {
  const mode = (isReadOnly: boolean) => (isReadOnly ? "ro" : "rw");
  const { volumes, secret_files: secrets, disk_volumes: disks, http } = container;
  return {
    volumes: [
      ...volumes.map((each) => `${each.storage_uri}:${each.container_path}:${mode(each.read_only)}`),
      ...secrets.map((each) => `${each.secret_uri}:${each.container_path}`),
      ...disks.map((each) => `${each.disk_uri}:${each.container_path}:${mode(each.read_only)}`),
    ],
    secretEnv: container.secret_env,
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
function placeOptions(job: JobDescription, isScheduled = job.scheduler_enabled) {
  const { energy_schedule_name: schedule } = job;
  return {
    tags: job.tags.filter((tag) => !isOwnTag(tag)),
    description: job.description,
    passConfig: job.pass_config,
    restartPolicy: job.restart_policy,
    priority: job.priority === "normal" ? undefined : job.priority,
    privileged: job.privileged,
    scheduleTimeoutSeconds: isScheduled ? undefined : job.schedule_timeout,
    energyScheduleName: isScheduled && schedule !== "default" ? schedule : undefined,
    where: whereIs(job),
  };
}

function ownEnv({ pass_config: passes, container: { env } }: JobDescription): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !(passes && PASSED_CONFIG.has(name))));
}
