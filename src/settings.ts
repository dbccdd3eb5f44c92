import { homedir } from "node:os";
import { parseArgs } from "node:util";
import { z } from "zod";
import { nearestNames } from "./jobs/names/near.ts";
import { type LogLevel, logLevels } from "./log.ts";

/** Everything that flags and environment decide, checked. The only reader of both. */
export interface Settings {
  command: "serve" | "emulator" | "help" | "version";
  emulator: EmulatorSettings & { embedded: boolean };
  mode: "full" | "no-destroy" | "read-only";
  toolset: "core" | "all";
  maxCreditsPerJob: number | undefined;
  maxCreditsPerHour: number | undefined;
  maxJobs: number | undefined;
  ownedOnly: boolean;
  logLevel: LogLevel;
  env: Record<string, string | undefined>;
  home: string;
  /** Values of variables whose names say that they are secret. */
  secrets: string[];
}

interface EmulatorSettings {
  port: number | undefined;
  host: string | undefined;
  token: string | undefined;
  data: string | undefined;
  scene: string | undefined;
  chaos: string | undefined;
  /** MiB of output kept of each job. */
  logLimit: number | undefined;
  memoryGroup: string | undefined;
  json: boolean;
}

/** A mistake of whoever started the program: said on stderr, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;

const COMMON = { help: { ...flag, short: "h" }, "log-level": text } as const;
const EMULATOR = {
  port: text,
  host: text,
  token: text,
  data: text,
  scene: text,
  chaos: text,
  "log-limit": text,
  "memory-group": text,
} as const;
const SERVE = {
  ...COMMON,
  version: { ...flag, short: "V" },
  emulator: flag,
  data: text,
  scene: text,
  chaos: text,
  "log-limit": text,
  mode: text,
  tools: text,
  "max-credits-per-job": text,
  "max-credits-per-hour": text,
  "max-jobs": text,
  "owned-only": flag,
} as const;

const number = z
  .string()
  .regex(/^\d+(\.\d+)?$/, "expected a number, e.g. 5")
  .transform(Number);

const shape = z.object({
  port: number.pipe(z.int().max(65_535)).optional(),
  mode: z.enum(["full", "no-destroy", "read-only"]).default("full"),
  tools: z.enum(["core", "all"]).default("all"),
  "max-credits-per-job": number.optional(),
  "max-credits-per-hour": number.optional(),
  "max-jobs": number.pipe(z.int()).optional(),
  "log-limit": number.pipe(z.number().positive()).optional(),
  "log-level": z.enum(logLevels).default("warning"),
  "owned-only": z
    .enum(["true", "false", "1", "0"])
    .transform((value) => value === "true" || value === "1")
    .default(false),
});

/** Flags that can be set as `APOLO_MCP_<NAME>` instead; a flag wins. */
const FROM_ENVIRONMENT = [
  "mode",
  "tools",
  "max-credits-per-job",
  "max-credits-per-hour",
  "max-jobs",
  "owned-only",
  "log-level",
] as const;

export function readSettings(argv: string[] = process.argv.slice(2)): Settings {
  const emulatorAlone = argv[0] === "emulator";
  const values = emulatorAlone
    ? parse(argv.slice(1), { ...COMMON, ...EMULATOR, json: flag })
    : parse(argv, SERVE);
  const raw: Record<string, unknown> = { ...fromEnvironment(process.env), ...defined(values) };
  if (raw["owned-only"] === true) raw["owned-only"] = "true";
  const checked = shape.safeParse(raw);
  if (!checked.success) throw new UsageError(checked.error.issues.map(explain).join("\n"));
  if (!emulatorAlone && raw.emulator !== true) refuseEmulatorFlags(raw);
  const { data: settings } = checked;
  return {
    command: commandOf(raw, emulatorAlone),
    emulator: {
      embedded: raw.emulator === true,
      port: settings.port,
      host: optional(raw.host),
      token: optional(raw.token),
      data: optional(raw.data),
      scene: optional(raw.scene),
      chaos: optional(raw.chaos),
      logLimit: settings["log-limit"],
      memoryGroup: optional(raw["memory-group"]),
      json: raw.json === true,
    },
    mode: settings.mode,
    toolset: settings.tools,
    maxCreditsPerJob: settings["max-credits-per-job"],
    maxCreditsPerHour: settings["max-credits-per-hour"],
    maxJobs: settings["max-jobs"],
    ownedOnly: settings["owned-only"],
    logLevel: settings["log-level"],
    env: process.env,
    home: homedir(),
    secrets: secretValues(process.env),
  };
}

/** A scene on the real platform is a mistake that must not pass unseen. */
function refuseEmulatorFlags(raw: Record<string, unknown>): void {
  const stray = ["data", "scene", "chaos", "log-limit"].filter((name) => raw[name] !== undefined);
  if (stray.length > 0) throw new UsageError(`--${stray.join(", --")}: only together with --emulator`);
}

function commandOf(raw: Record<string, unknown>, emulatorAlone: boolean): Settings["command"] {
  if (raw.help === true) return "help";
  if (raw.version === true) return "version";
  return emulatorAlone ? "emulator" : "serve";
}

type Flags = Record<string, { type: "string" | "boolean"; short?: string }>;

function parse(args: string[], options: Flags): Record<string, unknown> {
  const { tokens } = parseArgs({ args, options, strict: false, tokens: true, allowPositionals: true });
  const known = Object.keys(options);
  for (const token of tokens) {
    if (token.kind === "positional") throw new UsageError(`unexpected argument ${token.value}`);
    if (token.kind === "option" && !known.includes(token.name)) throw unknownFlag(token.rawName, known);
  }
  try {
    return parseArgs({ args, options, strict: true }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function unknownFlag(rawName: string, known: string[]): UsageError {
  const name = rawName.replace(/^-+/, "");
  if (Object.hasOwn(EMULATOR, name) || name === "json")
    return new UsageError(`${rawName}: only with the command \`emulator\`, which runs the emulator alone`);
  if (Object.hasOwn(SERVE, name))
    return new UsageError(`${rawName}: only without the command \`emulator\`, when MCP is served`);
  const [guess] = nearestNames(name, known);
  const hint = guess === undefined ? "see --help" : `did you mean --${guess}?`;
  return new UsageError(`unknown flag ${rawName}; ${hint}`);
}

function fromEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const pairs = FROM_ENVIRONMENT.map(
    (name) => [name, env[`APOLO_MCP_${name.toUpperCase().replaceAll("-", "_")}`]] as const,
  );
  return Object.fromEntries(pairs.filter((pair): pair is [(typeof pair)[0], string] => Boolean(pair[1])));
}

const SECRET_NAME =
  /(TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?)$/i;

function secretValues(env: NodeJS.ProcessEnv): string[] {
  return Object.entries(env).flatMap(([name, value = ""]) => (SECRET_NAME.test(name) ? [value] : []));
}

function defined(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function optional(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function explain({ path, message }: z.core.$ZodIssue): string {
  return `--${path.join(".")}: ${message}`;
}
