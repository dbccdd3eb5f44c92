import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { StartOptions } from "../../client/index.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import { commandToRun, requireWords } from "../../jobs/start/command.ts";
import { expandSweep, MAX_SWEEP_JOBS, type SweepItem } from "../../jobs/start/sweep.ts";
import { parseDuration, parseLifeSpan } from "../../jobs/time/durations.ts";
import { whereOf } from "../../operations/find/index.ts";
import type { StartItem, StartRequest } from "../../operations/start/request.ts";
import { checkRequestId, project } from "../args.ts";

/** Numbers and booleans are read as text. */
const value = z.preprocess(
  (given) => (typeof given === "number" || typeof given === "boolean" ? String(given) : given),
  z.string(),
);
const text = (description: string) => z.string().optional().describe(description);
const flag = (description: string) => z.boolean().optional().describe(description);

export const startInput = z.strictObject({
  image: z.string().describe("e.g. python:3.12; image:mine:v1 from the platform's registry"),
  command: text("Words, or shell text if the image has sh"),
  preset: text("Machine size, see job_capacity; default: the first"),
  name: text("e.g. train-7b"),
  tags: z.array(z.string()).optional().describe('e.g. ["lr-sweep"]'),
  description: text("For people"),
  env: z.record(z.string(), value).optional().describe('e.g. {"LR": "0.1"}'),
  secret_env: z.record(z.string(), z.string()).optional().describe('e.g. {"TOKEN": "secret:hf"}'),
  volumes: z.array(z.string()).optional().describe("storage:data:/mnt:ro, secret:key:/etc/key, disk:d:/data"),
  http_port: z.int().optional().describe("Port to publish"),
  http_auth: flag("Default true: visitors log in"),
  entrypoint: text("Replaces the image's; takes command as arguments"),
  working_dir: text("Absolute"),
  tty: flag("Terminal"),
  shm: flag("Large /dev/shm; default true"),
  life_span: z.string().default("1d").describe("Longest run time, e.g. 6h; none = no end"),
  schedule_timeout: text("Longest wait for a node, e.g. 30m"),
  restart_policy: z.enum(["never", "on-failure", "always"]).optional().describe("Default never"),
  priority: z.enum(["low", "normal", "high"]).optional().describe("Default normal"),
  pass_config: flag("Put the user's login into it"),
  wait_for_quota: flag("Wait for quota, do not fail"),
  privileged: flag("Rarely allowed"),
  energy_schedule: text("Schedule name"),
  project,
  dry_run: flag("Start nothing, show plan and cost"),
  wait_seconds: z.int().min(0).max(50).default(0).describe("Stay until it runs or ends; shows first output"),
  request_id: text("Unique text: makes a repeat safe"),
  count: z.int().min(1).max(MAX_SWEEP_JOBS).optional().describe("Equal jobs, name-1 … name-N"),
  matrix: z
    .record(z.string(), z.array(value))
    .optional()
    .describe('A job per combination; {lr} and {i} filled into command and env: {"lr": ["0.1", "0.2"]}'),
});
export type StartArguments = z.output<typeof startInput>;

/** The jobs that the arguments ask for. @throws {InvalidInputError} if they make no sense */
export function readStart(args: StartArguments): StartRequest {
  checkRequestId(args.request_id);
  const requestId = args.request_id ?? randomBytes(6).toString("hex");
  const { count, matrix, name, command, env } = args;
  const isSweep = matrix !== undefined || (count ?? 1) > 1;
  const items = isSweep
    ? expandSweep({ command, env, name, requestId, count, matrix })
    : [{ index: 1, values: {}, command, env, name, requestId }];
  const sweepTag = isSweep ? `sweep:${name ?? requestId}` : undefined;
  const lifeSpanSeconds = args.life_span === "none" ? undefined : parseLifeSpan(args.life_span);
  const shared = { ...sharedOptions(args), lifeSpanSeconds };
  return {
    items: items.map((item) => toItem(item, { shared, sweepTag })),
    isRepeatable: args.request_id !== undefined,
    requestId,
    sweepTag,
    lifeSpanSeconds,
  };
}

function toItem(
  item: SweepItem,
  { shared, sweepTag }: { shared: StartOptions; sweepTag: string | undefined },
): StartItem {
  const { entrypoint, tags = [] } = shared;
  const toRun = item.command === undefined ? undefined : commandToRun(item.command, { entrypoint });
  const options = {
    ...shared,
    name: item.name,
    command: toRun?.command,
    env: item.env,
    tags: sweepTag === undefined ? tags : [...tags, sweepTag],
  };
  return { ...item, options, toRun };
}

function sharedOptions(args: StartArguments): StartOptions {
  const { image, preset, tags, description, volumes, entrypoint, tty, privileged, priority } = args;
  const { http_port: port, http_auth: requiresAuth, schedule_timeout: timeout } = args;
  if (entrypoint !== undefined) requireWords(entrypoint, "entrypoint");
  if (requiresAuth !== undefined && port === undefined)
    throw new InvalidInputError("http_auth says who may visit http_port, but there is no http_port.");
  return {
    image,
    preset,
    tags,
    description,
    volumes,
    entrypoint,
    tty,
    privileged,
    priority,
    secretEnv: args.secret_env,
    http: port === undefined ? undefined : { port, requiresAuth: requiresAuth ?? true },
    workingDir: args.working_dir,
    shm: args.shm ?? true,
    scheduleTimeoutSeconds: timeout === undefined ? undefined : parseDuration(timeout),
    restartPolicy: args.restart_policy,
    passConfig: args.pass_config,
    waitForJobsQuota: args.wait_for_quota,
    energyScheduleName: args.energy_schedule,
    where: whereOf(args.project),
  };
}
