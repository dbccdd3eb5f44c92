import { homedir } from "node:os";
import { parseArgs } from "node:util";
import { z } from "zod";
import { nearestNames } from "./jobs/names/near.ts";
import { logLevels } from "./log.ts";

/** Everything that flags and environment decide, checked. */
export type Settings = ReturnType<typeof readSettings>;

/** A mistake in how the program was started: printed on stderr, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const COMMON = ["help", "log-level"] as const;
/** Of the emulator, embedded or alone. */
const EMULATOR = ["data", "scene", "chaos", "log-limit"] as const;
const EMULATOR_ALONE = [...EMULATOR, "port", "host", "token", "memory-group", "json"] as const;
const LIMITS = [
  "max-credits-per-job",
  "max-credits-per-hour",
  "max-jobs",
  "owned-only",
  "allow-plain-secrets",
] as const;
const SERVE = ["version", "emulator", ...EMULATOR, "mode", "tools", ...LIMITS] as const;
/** Can be set as `APOLO_MCP_<NAME>` instead; a flag wins. */
const FROM_ENVIRONMENT = ["mode", "tools", ...LIMITS, "log-level"] as const;
const WITHOUT_VALUE: ReadonlySet<string> = new Set([
  "help",
  "version",
  "emulator",
  "json",
  "owned-only",
  "allow-plain-secrets",
]);
const SHORT: Record<string, { short: string }> = { help: { short: "h" }, version: { short: "V" } };

const number = z
  .string()
  .regex(/^\d+(\.\d+)?$/, "expected a number, e.g. 5")
  .transform(Number);
const word = z.string().optional();
const isSet = z.boolean().default(false);

const onOff = z
  .union([z.boolean(), z.enum(["true", "false", "1", "0"])])
  .transform((value) => value === true || value === "true" || value === "1")
  .default(false);

const shape = z.object({
  help: isSet,
  version: isSet,
  emulator: isSet,
  json: isSet,
  host: word,
  token: word,
  data: word,
  scene: word,
  chaos: word,
  "memory-group": word,
  port: number.pipe(z.int().max(65_535)).optional(),
  /** MiB of output kept of each job. */
  "log-limit": number.pipe(z.number().positive()).optional(),
  mode: z.enum(["full", "no-destroy", "read-only"]).default("full"),
  tools: z.enum(["core", "all"]).default("all"),
  "max-credits-per-job": number.optional(),
  "max-credits-per-hour": number.optional(),
  "max-jobs": number.pipe(z.int()).optional(),
  "owned-only": onOff,
  "allow-plain-secrets": onOff,
  "log-level": z.enum(logLevels).default("warning"),
});

/** The only reader of flags and environment. @throws {UsageError} */
export function readSettings(argv: string[] = process.argv.slice(2)) {
  const emulatorAlone = argv[0] === "emulator";
  const values = emulatorAlone
    ? parse(argv.slice(1), [...COMMON, ...EMULATOR_ALONE])
    : parse(argv, [...COMMON, ...SERVE]);
  const raw: Record<string, unknown> = { ...fromEnvironment(process.env), ...values };
  const checked = shape.safeParse(raw);
  if (!checked.success) throw new UsageError(checked.error.issues.map(explain).join("\n"));
  if (!emulatorAlone && raw.emulator !== true) refuseEmulatorFlags(raw);
  const { data: given } = checked;
  return {
    command: commandOf(given, emulatorAlone),
    emulator: {
      embedded: given.emulator,
      port: given.port,
      host: given.host,
      token: given.token,
      data: given.data,
      scene: given.scene,
      chaos: given.chaos,
      logLimit: given["log-limit"],
      memoryGroup: given["memory-group"],
      json: given.json,
    },
    policy: {
      mode: given.mode,
      toolset: given.tools,
      maxCreditsPerJob: given["max-credits-per-job"],
      maxCreditsPerHour: given["max-credits-per-hour"],
      maxJobs: given["max-jobs"],
      ownedOnly: given["owned-only"],
      allowPlainSecrets: given["allow-plain-secrets"],
      secrets: secretValues(process.env),
    },
    logLevel: given["log-level"],
    env: process.env,
    home: homedir(),
  };
}

/** A scene on the real platform is a mistake that must not go unnoticed. */
function refuseEmulatorFlags(raw: Record<string, unknown>): void {
  const stray = EMULATOR.filter((name) => raw[name] !== undefined);
  if (stray.length > 0) throw new UsageError(`--${stray.join(", --")}: only together with --emulator`);
}

function commandOf({ help, version }: z.output<typeof shape>, emulatorAlone: boolean) {
  if (help) return "help";
  if (version) return "version";
  return emulatorAlone ? "emulator" : "serve";
}

function parse(args: string[], known: readonly string[]): Record<string, unknown> {
  const options = Object.fromEntries(known.map((name) => [name, optionOf(name)]));
  const { tokens } = parseArgs({ args, options, strict: false, tokens: true, allowPositionals: true });
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

function optionOf(name: string): { type: "string" | "boolean"; short?: string } {
  return { type: WITHOUT_VALUE.has(name) ? "boolean" : "string", ...SHORT[name] };
}

function unknownFlag(rawName: string, known: readonly string[]): UsageError {
  const name = rawName.replace(/^-+/, "");
  const isOne = (flag: string) => flag === name;
  if (EMULATOR_ALONE.some(isOne))
    return new UsageError(`${rawName}: only with the command \`emulator\`, which runs the emulator alone`);
  if (SERVE.some(isOne))
    return new UsageError(`${rawName}: only without the command \`emulator\`, when MCP is served`);
  const [guess] = nearestNames(name, known);
  const hint = guess === undefined ? "see --help" : `did you mean --${guess}?`;
  return new UsageError(`unknown flag ${rawName}; ${hint}`);
}

function fromEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    FROM_ENVIRONMENT.flatMap((name) => {
      const value = env[`APOLO_MCP_${name.toUpperCase().replaceAll("-", "_")}`];
      return value ? [[name, value]] : [];
    }),
  );
}

const SECRET_NAME =
  /(TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?)$/i;

/** Values of variables whose names say that they are secret. */
function secretValues(env: NodeJS.ProcessEnv): string[] {
  return Object.entries(env).flatMap(([name, value = ""]) => (SECRET_NAME.test(name) ? [value] : []));
}

function explain({ path, message }: z.core.$ZodIssue): string {
  return `--${path.join(".")}: ${message}`;
}
