import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { StartOptions } from "../../client/index.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import { commandToRun, requireWords } from "../../jobs/start/command.ts";
import { type PlainSecret, secretInText, secretVariables } from "../../jobs/start/plain-secrets.ts";
import { expandSweep, MAX_SWEEP_JOBS, type SweepItem } from "../../jobs/start/sweep.ts";
import { parseDuration, parseLifeSpan } from "../../jobs/time/durations.ts";
import { whereOf } from "../../operations/find/index.ts";
import type { StartItem, StartRequest } from "../../operations/start/request.ts";
import {
  command,
  duration,
  env,
  envValue,
  lifeSpan,
  newTags,
  project,
  requestId,
  textArg,
  waitSeconds,
} from "../args.ts";
import { hinted } from "../reading/hint.ts";

const flag = (description: string) => z.boolean().optional().describe(description);

export const startInput = z.strictObject({
  image: textArg("python:3.12").describe("python:3.12 or image:mine:v1"),
  command: command.optional().describe("Shell text"),
  preset: textArg("cpu-small").optional().describe("See job_capacity"),
  name: textArg("train-7b").optional().describe("train-7b"),
  tags: newTags.optional().describe("Labels"),
  description: textArg("Baseline").optional().describe("Free text"),
  env: env.optional().describe('{"LR":"0.1"}'),
  secret_env: hinted(z.record(z.string(), z.string()), { example: { TOKEN: "secret:hf" } })
    .optional()
    .describe('{"TOKEN":"secret:hf"}'),
  volumes: hinted(z.array(z.string()), {
    example: ["storage:data:/mnt:ro"],
    between: ",\\s*(?=(?:storage|secret|disk):)",
  })
    .optional()
    .describe("storage:data:/mnt:ro, secret:k:/etc/k, disk:d:/d"),
  http_port: hinted(z.int(), { example: 8080 }).optional().describe("Gets a URL"),
  http_auth: flag("Default true"),
  entrypoint: hinted(command, { example: "python" }).optional().describe("e.g. python"),
  working_dir: textArg("/app").optional().describe("e.g. /app"),
  tty: flag("For a REPL"),
  shm: flag("Default true"),
  life_span: lifeSpan.default("1d").describe("6h; none: no end"),
  schedule_timeout: duration.optional().describe("e.g. 30m"),
  restart_policy: z.enum(["never", "on-failure", "always"]).optional().describe("Default never"),
  priority: z.enum(["low", "normal", "high"]).optional().describe("Default normal"),
  pass_config: flag("Your login"),
  wait_for_quota: flag("Or fail at once"),
  privileged: flag("If allowed"),
  energy_schedule: textArg("green").optional().describe("e.g. green"),
  project,
  // Empty is a doubt that would cost: only an argument left out starts.
  dry_run: hinted(z.boolean(), { mayBeEmpty: true }).optional().describe("Only a plan"),
  wait_seconds: waitSeconds(0, 30).default(0).describe("Until it runs"),
  request_id: requestId.optional().describe("Safe to repeat"),
  count: hinted(z.int().min(1).max(MAX_SWEEP_JOBS), { example: 4 }).optional().describe("Equal jobs"),
  matrix: hinted(z.record(z.string(), z.array(envValue)), { example: { lr: ["0.1", "0.2"] } })
    .optional()
    .describe('{"lr":["0.1","1"]} fills {lr} in command, env'),
});
export type StartArguments = z.output<typeof startInput>;

/** Where a secret would be kept and shown. */
const TEXTS = ["image", "command", "name", "description", "entrypoint", "working_dir"] as const;
const LISTS = ["tags", "volumes"] as const;

/** The jobs that the arguments ask for. @throws {InvalidInputError} if they make no sense */
export function readStart(args: StartArguments): StartRequest {
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

/** What of a start, or of the changes of a rerun, may hold a secret. */
type SecretSources = { [Key in keyof StartArguments]?: StartArguments[Key] | undefined };

/** Secrets given as they are. */
export function secretsOf(args: SecretSources): PlainSecret[] {
  const { env, secret_env: references, matrix, command } = args;
  const swept = Object.entries(matrix ?? {}).flatMap(([name, values]) =>
    values.slice(0, MAX_SWEEP_JOBS).flatMap((value) => sweptSecrets([name, value], { env, command })),
  );
  return [
    ...secretVariables("env", env),
    ...swept,
    ...Object.entries(references ?? {})
      .filter(([, reference]) => secretInText("secret_env", withoutLogin(reference)).length > 0)
      .map(([variable]) => ({ argument: "secret_env", variable })),
    ...TEXTS.flatMap((argument) => secretInText(argument, withoutLogin(args[argument]))),
    ...LISTS.flatMap(
      (argument) => args[argument]?.flatMap((text) => secretInText(argument, withoutLogin(text))) ?? [],
    ),
  ];
}

/** A user and password in a reference of the platform are refused as such, for they cannot stand there. */
function withoutLogin(text: string | undefined): string | undefined {
  return text?.replace(/^(\w+:\/\/)[^/@]*@/, "$1");
}

/** A swept value is a secret by its parameter's name, or by where it goes. */
function sweptSecrets(
  [name, value]: [string, string],
  { env = {}, command = "" }: Pick<StartArguments, "env" | "command">,
): PlainSecret[] {
  const place = `{${name}}`;
  const variables = Object.keys(env).filter((variable) => env[variable] === place);
  const filled = command.includes(place) ? command.replaceAll(place, () => value) : undefined;
  return [name, ...variables]
    .flatMap((variable) => secretVariables("matrix", { [variable]: value }))
    .concat(secretInText("matrix", filled));
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
    throw new InvalidInputError("http_auth says who may visit http_port, but there is no http_port.", {
      example: { http_port: 8080, http_auth: true },
    });
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
