import { homedir } from "node:os";
import { isAbsolute, resolve } from "node:path";
import {
  COMMON,
  type CommandName,
  EMULATOR,
  EMULATOR_ALONE,
  HTTP,
  LIMITS,
  OF_SERVERS,
  readCommandLine,
  SERVE,
  UsageError,
  WITHOUT_VALUE,
  type Written,
} from "./command-line.ts";
import { httpProblem, httpSettings, httpWarnings, type PathOf } from "./http.ts";
import { variableHint, variableOf } from "./mistyped.ts";
import { badValue, type SettingValues, settingValues, shown } from "./values.ts";

export { UsageError };

/** Everything that flags and environment decide, checked. */
export type Settings = ReturnType<typeof readSettings>;

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

/** What stands for the home folder at the beginning of a path. */
const HOME = /^~(?=$|\/)/;

/** Where the program runs. */
interface Surroundings {
  env: NodeJS.ProcessEnv;
  cwd: string;
  home: string;
}

/** The only reader of flags and environment. @throws {UsageError} */
export function readSettings(
  argv: string[] = process.argv.slice(2),
  { env, cwd, home }: Surroundings = { env: process.env, cwd: process.cwd(), home: homedir() },
) {
  const { command, words, flags } = readCommandLine(argv);
  const emulatorAlone = command === "emulator";
  // Whoever asks what to write must get an answer, whatever is written elsewhere.
  const asked = flags.has("help") || flags.has("version");
  const variables: Written = asked ? new Map() : readVariables(env);
  // An image may set them for both transports; port and host of the emulator alone are flags.
  if (command !== "serve") for (const name of OF_SERVERS) variables.delete(name);
  const written = new Map([...variables, ...flags]);
  const given = checked(written, secretValues(env));
  const pathOf = (path: string | undefined) => path && resolve(cwd, path.replace(HOME, home));
  const http = httpOf(command, given, pathOf);
  if (!(emulatorAlone || asked)) refuseStrayFlags(flags, http, given);
  return {
    command: commandOf(flags, command),
    /** Whose help is asked for, where it is. */
    about: command,
    /** What else stands behind the command. */
    words,
    /** Whether what is printed is for programs. */
    json: flags.has("json"),
    /** Whether each question is answered by yes. */
    yes: flags.has("yes"),
    setup: setupOf(flags, pathOf),
    emulator: {
      embedded: flags.has("emulator"),
      // With MCP over HTTP they are its own.
      port: emulatorAlone ? given.port : undefined,
      host: emulatorAlone ? given.host : undefined,
      ...emulatorOf(given, pathOf),
      json: flags.has("json"),
    },
    policy: policyOf(given, env),
    /** How MCP is served over HTTP; absent where it is served over stdio. */
    http,
    log: { level: given["log-level"], format: given["log-format"] },
    /** Where each change is noted. */
    audit: pathOf(given.audit),
    /** Where files of jobs may be saved. */
    files: pathOf(given.files),
    /** What whoever started the program should know. */
    warnings: [...relativeData(command, given.data, pathOf(given.data)), ...httpWarnings(http)],
    env,
    cwd,
    home,
  };
}

const PATHS: ReadonlySet<string> = new Set(["data", "chaos", "audit", "files"]);
const OF_SETUP: ReadonlySet<string> = new Set(["yes", "print", "remove", "with-token"]);

/** The flags with which another start does the same, wherever it is made. */
function passedOn(flags: Written, pathOf: PathOf): string[] {
  return [...flags].flatMap(([name, given]) => {
    if (OF_SETUP.has(name)) return [];
    const text = given.text.trim();
    if (WITHOUT_VALUE.has(name)) return [text === "true" ? `--${name}` : `--${name}=${text}`];
    const value = (PATHS.has(name) ? pathOf(text) : text) ?? text;
    return value.startsWith("-") ? [`--${name}=${value}`] : [`--${name}`, value];
  });
}

/** Where a client starts the program is seldom known; a person knows where a command is typed. */
function relativeData(command: CommandName, given: string | undefined, path: string | undefined): string[] {
  if (command !== "serve" || given === undefined || HOME.test(given) || isAbsolute(given)) return [];
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

/** Over HTTP a server has a port that clients know; a dashboard has any. */
function setupOf(flags: Written, pathOf: PathOf) {
  return {
    flags: passedOn(flags, pathOf),
    print: flags.has("print"),
    remove: flags.has("remove"),
    withToken: flags.has("with-token"),
  };
}

/** What the emulator has of its own, wherever it runs. */
function emulatorOf(given: SettingValues, pathOf: PathOf) {
  return {
    token: given.token,
    data: pathOf(given.data),
    scene: given.scene,
    chaos: pathOf(given.chaos),
    logLimit: given["log-limit"],
    memoryGroup: given["memory-group"] === "none" ? "none" : pathOf(given["memory-group"]),
  };
}

function policyOf(given: SettingValues, env: Surroundings["env"]) {
  return {
    mode: given.mode,
    toolset: given.tools,
    maxCreditsPerJob: given["max-credits-per-job"],
    maxCreditsPerHour: given["max-credits-per-hour"],
    maxJobs: given["max-jobs"],
    ownedOnly: given["owned-only"],
    allowPlainSecrets: given["allow-plain-secrets"],
    secrets: secretValues(env),
  };
}

function httpOf(command: CommandName, given: SettingValues, pathOf: PathOf) {
  if (command === "dashboard") return httpSettings({ ...given, port: given.port ?? 0 }, pathOf);
  return given.http ? httpSettings(given, pathOf) : undefined;
}

function commandOf(flags: Written, command: CommandName) {
  if (flags.has("help")) return "help";
  if (flags.has("version")) return "version";
  return command;
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
function checked(written: Written, secrets: readonly string[]) {
  const entries = [...written].map(([name, { text }]) => [name, text.trim()]);
  const found = settingValues.safeParse(Object.fromEntries(entries));
  const wrong = new Set(found.error?.issues.map(({ path }) => path[0]));
  const mistakes = [...written].filter(([name, { text }]) => wrong.has(name) || text.trim() === "");
  if (!found.success || mistakes.length > 0)
    throw new UsageError(mistakes.map(([name, given]) => badValue(name, given, secrets)).join("\n"));
  return found.data;
}

const SECRET_NAME =
  /(TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?)$/i;

/** Values of variables whose names say that they are secret. */
function secretValues(env: NodeJS.ProcessEnv): string[] {
  return Object.entries(env).flatMap(([name, value = ""]) => (SECRET_NAME.test(name) ? [value] : []));
}
