import { homedir } from "node:os";
import { isAbsolute, resolve } from "node:path";
import { parseArgs } from "node:util";
import { httpProblem, httpSettings, httpWarnings } from "./http.ts";
import { flagHint, variableHint, variableOf, wordHint } from "./mistyped.ts";
import { badValue, type Given, type SettingValues, settingValues, shown } from "./values.ts";

/** Everything that flags and environment decide, checked. */
export type Settings = ReturnType<typeof readSettings>;

/** A mistake in how the program was started: printed on stderr, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const COMMON = ["help", "version", "log-level", "log-format"] as const;
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
/** What is only of use together with `--http`. */
const HTTP = [
  "port",
  "host",
  "allowed-host",
  "auth",
  "http-token-file",
  "tls-cert",
  "tls-key",
  "trust-proxy",
  "stateless",
  "allow-forward",
  "drain-seconds",
  "key-file",
] as const;
const SERVE = [
  "emulator",
  ...EMULATOR,
  "mode",
  "tools",
  ...LIMITS,
  "audit",
  "files",
  "http",
  ...HTTP,
] as const;
/** Can be set as `APOLO_MCP_<NAME>` instead; a flag wins. */
const FROM_ENVIRONMENT = [
  "mode",
  "tools",
  ...LIMITS,
  "audit",
  "files",
  "log-level",
  "log-format",
  "http",
  ...HTTP,
] as const;
const FLAGS_ONLY = [...new Set([...SERVE, ...EMULATOR_ALONE, ...COMMON])].filter(
  // Who sets APOLO_MCP_TOKEN means the platform's.
  (name) => name !== "token" && !FROM_ENVIRONMENT.some((other) => other === name),
);
const WITHOUT_VALUE: ReadonlySet<string> = new Set([
  "help",
  "version",
  "emulator",
  "json",
  "owned-only",
  "allow-plain-secrets",
  "http",
  "trust-proxy",
  "stateless",
  "allow-forward",
]);
/** A dashboard is for one person on this machine. */
const OF_SERVERS: ReadonlySet<string> = new Set(["http", ...HTTP]);
/** What each command takes. */
const FLAGS = {
  serve: SERVE,
  emulator: EMULATOR_ALONE,
  dashboard: [...SERVE.filter((name) => !OF_SERVERS.has(name)), "port"],
};
type Command = keyof typeof FLAGS;
/** Given several times it is a list, as with commas. */
const REPEATABLE: ReadonlySet<string> = new Set(["allowed-host"]);
const SHORT: Record<string, { short: string }> = { help: { short: "h" }, version: { short: "V" } };

/** What stands for the home folder at the beginning of a path. */
const HOME = /^~(?=$|\/)/;

/** Where the program runs. */
interface Surroundings {
  env: NodeJS.ProcessEnv;
  cwd: string;
  home: string;
}

/** What was written for each setting, by its name. */
type Written = Map<string, Given>;

/** The only reader of flags and environment. @throws {UsageError} */
export function readSettings(
  argv: string[] = process.argv.slice(2),
  { env, cwd, home }: Surroundings = { env: process.env, cwd: process.cwd(), home: homedir() },
) {
  const { command, flags } = readCommand(argv);
  const emulatorAlone = command === "emulator";
  // Whoever asks what to write must get an answer, whatever is written elsewhere.
  const asked = flags.has("help") || flags.has("version");
  const variables: Written = asked ? new Map() : readVariables(env);
  // An image may set them for both transports; port and host of the emulator alone are flags.
  if (command !== "serve") for (const name of OF_SERVERS) variables.delete(name);
  const written = new Map([...variables, ...flags]);
  const given = checked(written);
  const pathOf = (path: string | undefined) => path && resolve(cwd, path.replace(HOME, home));
  const http = httpOf(command, given, pathOf);
  if (!(emulatorAlone || asked)) refuseStrayFlags(flags, http, given);
  return {
    command: commandOf(flags, command),
    emulator: {
      embedded: flags.has("emulator"),
      // With MCP over HTTP they are its own.
      port: emulatorAlone ? given.port : undefined,
      host: emulatorAlone ? given.host : undefined,
      token: given.token,
      data: pathOf(given.data),
      scene: given.scene,
      chaos: pathOf(given.chaos),
      logLimit: given["log-limit"],
      memoryGroup: given["memory-group"] === "none" ? "none" : pathOf(given["memory-group"]),
      json: flags.has("json"),
    },
    policy: {
      mode: given.mode,
      toolset: given.tools,
      maxCreditsPerJob: given["max-credits-per-job"],
      maxCreditsPerHour: given["max-credits-per-hour"],
      maxJobs: given["max-jobs"],
      ownedOnly: given["owned-only"],
      allowPlainSecrets: given["allow-plain-secrets"],
      secrets: secretValues(env),
    },
    /** How MCP is served over HTTP; absent where it is served over stdio. */
    http,
    log: { level: given["log-level"], format: given["log-format"] },
    /** Where each change is noted. */
    audit: pathOf(given.audit),
    /** Where files of jobs may be saved. */
    files: pathOf(given.files),
    /** What whoever started the program should know. */
    warnings: [...relativeData(given.data, pathOf(given.data)), ...httpWarnings(http)],
    env,
    cwd,
    home,
  };
}

/** Where a client starts the program is seldom known. */
function relativeData(given: string | undefined, path: string | undefined): string[] {
  if (given === undefined || HOME.test(given) || isAbsolute(given)) return [];
  return [`--data ${shown(given)} is seen from the working directory: everything is kept in ${path}`];
}

/** A scene on the real platform is a mistake that must not go unnoticed, and so is a server that is open to others. */
function refuseStrayFlags(
  flags: Written,
  http: ReturnType<typeof httpSettings> | undefined,
  { files }: { files?: string | undefined },
): void {
  if (http !== undefined && files !== undefined)
    throw new UsageError("--files: only over stdio; callers over HTTP would fill a folder of this machine");
  const stray = flags.has("emulator") ? [] : EMULATOR.filter((name) => flags.has(name));
  if (stray.length > 0) throw new UsageError(`--${stray.join(", --")}: only together with --emulator`);
  const ofHttp = http === undefined ? HTTP.filter((name) => flags.has(name)) : [];
  if (ofHttp.length > 0)
    throw new UsageError(
      `--${ofHttp.join(", --")}: only together with --http, e.g. apolo-jobs-mcp --http --port 8811` +
        (ofHttp.some((name) => ["port", "host"].includes(name)) ? ", or with the command `emulator`" : ""),
    );
  const problem = http && httpProblem(http);
  if (problem !== undefined) throw new UsageError(problem);
}

function readCommand([first, ...rest]: string[]): { command: Command; flags: Written } {
  if (first === "emulator" || first === "dashboard")
    return { command: first, flags: readFlags(rest, [...COMMON, ...FLAGS[first]]) };
  const args = first === undefined ? [] : [first, ...rest];
  return { command: "serve", flags: readFlags(args, [...COMMON, ...SERVE]) };
}

/** Over HTTP a server has a port that clients know; a dashboard has any. */
function httpOf(
  command: Command,
  given: SettingValues,
  pathOf: (path: string | undefined) => string | undefined,
) {
  if (command === "dashboard") return httpSettings({ ...given, port: given.port ?? 0 }, pathOf);
  return given.http ? httpSettings(given, pathOf) : undefined;
}

function commandOf(flags: Written, command: Command) {
  if (flags.has("help")) return "help";
  if (flags.has("version")) return "version";
  return command;
}

function readFlags(args: string[], known: readonly string[]): Written {
  const options = Object.fromEntries(known.map((name) => [name, optionOf(name)]));
  const { tokens } = parseArgs({ args, options, strict: false, tokens: true, allowPositionals: true });
  const flags: Written = new Map();
  for (const token of tokens) {
    if (token.kind === "positional")
      throw new UsageError(`unexpected argument ${shown(token.value)}; ${wordHint(token.value, known)}`);
    if (token.kind !== "option") continue;
    const { name } = token;
    if (!known.includes(name)) throw unknownFlag(args[token.index] ?? token.rawName, known);
    flags.set(name, { carrier: `--${name}`, text: joined(name, flags.get(name)?.text, textOf(token)) });
  }
  return flags;
}

function joined(name: string, before: string | undefined, text: string): string {
  if (before === undefined || before === text) return text;
  if (REPEATABLE.has(name)) return `${before},${text}`;
  throw new UsageError(`--${name} is given twice with different values; keep one`);
}

function textOf(token: {
  name: string;
  value: string | undefined;
  inlineValue: boolean | undefined;
}): string {
  const { name, value, inlineValue } = token;
  if (WITHOUT_VALUE.has(name)) return value ?? "true";
  const isNextFlag = inlineValue === false && value?.startsWith("--") === true;
  return isNextFlag ? "" : (value ?? "");
}

function optionOf(name: string): { type: "string" | "boolean"; short?: string } {
  return { type: WITHOUT_VALUE.has(name) ? "boolean" : "string", ...SHORT[name] };
}

function unknownFlag(argument: string, known: readonly string[]): UsageError {
  const [flag = ""] = argument.split("=");
  const name = flag.replace(/^-+/, "");
  const isOne = (other: string) => other === name && !known.includes(name);
  if (isOne("token"))
    return new UsageError("--token: only with the command `emulator`; a platform's token is APOLO_TOKEN");
  if (EMULATOR_ALONE.some(isOne))
    return new UsageError(`--${name}: only with the command \`emulator\`, which runs the emulator alone`);
  if (SERVE.some(isOne))
    return new UsageError(`--${name}: only without the command \`emulator\`, when MCP is served`);
  return new UsageError(`unknown flag ${shown(flag)}; ${flagHint(name, known)}`);
}

/** A variable of ours that is misspelt would be a limit that does not hold. */
function readVariables(env: NodeJS.ProcessEnv): Written {
  const names = new Map(FROM_ENVIRONMENT.map((name) => [variableOf(name), name]));
  return new Map(
    Object.entries(env).flatMap(([variable, text = ""]) => {
      if (!/^APOLO_MCP_/i.test(variable)) return [];
      const name = names.get(variable);
      if (name === undefined)
        throw new UsageError(
          `unknown variable ${shown(variable)}; ${variableHint(variable, FROM_ENVIRONMENT, FLAGS_ONLY)}`,
        );
      return [[name, { carrier: variable, text }]];
    }),
  );
}

/** @throws {UsageError} with a line for each value that is none */
function checked(written: Written) {
  const entries = [...written].map(([name, { text }]) => [name, text.trim()]);
  const found = settingValues.safeParse(Object.fromEntries(entries));
  const wrong = new Set(found.error?.issues.map(({ path }) => path[0]));
  const mistakes = [...written].filter(([name, { text }]) => wrong.has(name) || text.trim() === "");
  if (!found.success || mistakes.length > 0)
    throw new UsageError(mistakes.map(([name, given]) => badValue(name, given)).join("\n"));
  return found.data;
}

const SECRET_NAME =
  /(TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?)$/i;

/** Values of variables whose names say that they are secret. */
function secretValues(env: NodeJS.ProcessEnv): string[] {
  return Object.entries(env).flatMap(([name, value = ""]) => (SECRET_NAME.test(name) ? [value] : []));
}
