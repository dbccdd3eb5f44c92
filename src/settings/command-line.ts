import { parseArgs } from "node:util";
import { flagHint, wordHint } from "./mistyped.ts";
import { type Given, shown } from "./values.ts";

/** A mistake in how the program was started: printed on stderr, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const COMMON = ["help", "version", "log-level", "log-format"] as const;
/** Of the emulator, embedded or alone. */
export const EMULATOR = ["data", "scene", "chaos", "log-limit"] as const;
export const EMULATOR_ALONE = [...EMULATOR, "port", "host", "token", "memory-group", "json"] as const;
export const LIMITS = [
  "max-credits-per-job",
  "max-credits-per-hour",
  "max-jobs",
  "owned-only",
  "allow-plain-secrets",
] as const;
/** What is only of use together with `--http`. */
export const HTTP = [
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
export const SERVE = [
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
export const WITHOUT_VALUE: ReadonlySet<string> = new Set([
  "help",
  "version",
  "emulator",
  "json",
  "yes",
  "print",
  "remove",
  "with-token",
  "owned-only",
  "allow-plain-secrets",
  "http",
  "trust-proxy",
  "stateless",
  "allow-forward",
]);
/** Only of use where several may call. */
export const OF_SERVERS: ReadonlySet<string> = new Set(["http", ...HTTP]);
/** What serves one person on this machine. */
const LOCAL = SERVE.filter((name) => !OF_SERVERS.has(name));

/** The first one is meant where none is named. */
export const FLAGS = {
  serve: SERVE,
  emulator: EMULATOR_ALONE,
  dashboard: [...LOCAL, "port"],
  doctor: [...LOCAL, "json"],
  call: [...LOCAL, "json", "yes"],
  tools: [...LOCAL, "json"],
  demo: [],
  completion: [],
  setup: [...LOCAL, "yes", "print", "remove", "with-token"],
} as const satisfies Record<string, readonly string[]>;
/** The most words that may follow the name of a command. */
const MOST_WORDS: Partial<Record<string, number>> = {
  call: 2,
  tools: 1,
  completion: 1,
  setup: Number.POSITIVE_INFINITY,
};
export type CommandName = keyof typeof FLAGS;
/** Those that are asked for by name. */
export const NAMED = (Object.keys(FLAGS) as CommandName[]).filter((name) => name !== "serve");

/** What a word too many is about. */
const EXTRA_WORDS: Partial<Record<string, string>> = {
  call: `the arguments of a tool are one JSON object in quotes, e.g. call job_list '{"limit":3}'`,
};

/** Given several times it is a list, as with commas. */
const REPEATABLE: ReadonlySet<string> = new Set(["allowed-host"]);
const SHORT: Record<string, { short: string }> = { help: { short: "h" }, version: { short: "V" } };

/** What was written for each setting, by its name. */
export type Written = Map<string, Given>;

interface CommandLine {
  command: CommandName;
  /** What else stands behind its name. */
  words: string[];
  flags: Written;
}

/** @throws {UsageError} */
export function readCommandLine(argv: string[]): CommandLine {
  const [first, ...rest] = argv;
  const command = NAMED.find((name) => name === first);
  return command === undefined ? read("serve", argv) : read(command, rest);
}

function read(command: CommandName, args: string[]): CommandLine {
  const known: string[] = [...COMMON, ...FLAGS[command]];
  const options = Object.fromEntries(known.map((name) => [name, optionOf(name)]));
  const { tokens } = parseArgs({ args, options, strict: false, tokens: true, allowPositionals: true });
  const flags: Written = new Map();
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const { name } = token;
    if (!known.includes(name)) throw unknownFlag(args[token.index] ?? token.rawName, known, command);
    flags.set(name, { carrier: `--${name}`, text: joined(name, flags.get(name)?.text, textOf(token)) });
  }
  const words = tokens.flatMap((token) => (token.kind === "positional" ? [token.value] : []));
  const extra = words[MOST_WORDS[command] ?? 0];
  if (extra !== undefined) {
    const hint = EXTRA_WORDS[command] ?? wordHint(extra, { flags: known, commands: NAMED });
    throw new UsageError(`unexpected argument ${shown(extra)}; ${hint}`);
  }
  return { command, words, flags };
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

function unknownFlag(argument: string, known: readonly string[], command: CommandName): UsageError {
  const [flag = ""] = argument.split("=");
  const name = flag.replace(/^-+/, "");
  const isOne = (other: string) => other === name && !known.includes(name);
  if (isOne("token"))
    return new UsageError("--token: only with the command `emulator`; a platform's token is APOLO_TOKEN");
  if (FLAGS[command].length === 0 && [...SERVE, ...EMULATOR_ALONE].some(isOne))
    return new UsageError(`--${name}: the command \`${command}\` takes no such flag`);
  if (EMULATOR_ALONE.some(isOne))
    return new UsageError(`--${name}: only with the command \`emulator\`, which runs the emulator alone`);
  if (SERVE.some(isOne))
    return new UsageError(`--${name}: only without the command \`emulator\`, when MCP is served`);
  return new UsageError(`unknown flag ${shown(flag)}; ${flagHint(name, known)}`);
}
