import {
  imageToString,
  isFinished,
  isOwnTag,
  type JobDescription,
  type StartOptions,
} from "../client/index.ts";
import { oneLine } from "../foreign.ts";
import { commandToRun } from "../jobs/command.ts";
import { parseDuration } from "../jobs/durations.ts";
import type { StartItem } from "./start-input.ts";
import { whereIs } from "./written.ts";

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

/** A variable the platform itself adds to jobs that get a login; sent back it would be refused. */
const PASSED_CONFIG = "NEURO_PASSED_CONFIG";

/** The start of a job like another one. */
export function rerunItem(job: JobDescription, changes: Changes, requestId: string): StartItem {
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
  const lifeSpanSeconds = changes.life_span === undefined ? job.life_span : parseDuration(changes.life_span);
  const options: StartOptions = {
    ...containerOptions(job),
    ...placeOptions(job),
    ...{ name, lifeSpanSeconds, entrypoint, command: toRun?.command },
    image: changes.image ?? imageToString(container.image),
    preset: changes.preset ?? job.preset_name,
    env: { ...ownEnv(job), ...changes.env },
  };
  return {
    ...{ index: 1, values: {}, requestId, options },
    ...(name === undefined ? {} : { name }),
    ...(toRun === undefined ? {} : { toRun }),
  };
}

/** What differs, without values of variables. */
export function changesText(job: JobDescription, { options }: StartItem, changes: Changes): string {
  const pairs: [string, string | undefined, string | undefined][] = [
    ["name", job.name, options.name],
    ["image", imageToString(job.container.image), options.image],
    ["preset", job.preset_name, options.preset],
  ];
  const texts = pairs
    .filter(([, before, after]) => before !== after)
    .map(([key, before = "none", after = "none"]) => `${key} ${oneLine(before)} → ${oneLine(after)}`);
  const env = Object.keys(changes.env ?? {});
  return [
    ...texts,
    ...(changes.command === undefined ? [] : ["a new command"]),
    ...(options.lifeSpanSeconds === job.life_span ? [] : ["a new life span"]),
    ...(env.length === 0 ? [] : [`env ${env.join(", ")}`]),
  ].join("; ");
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

function placeOptions(job: JobDescription) {
  const { scheduler_enabled: isScheduled, energy_schedule_name: schedule } = job;
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
  return Object.fromEntries(Object.entries(env).filter(([name]) => !(passes && name === PASSED_CONFIG)));
}
