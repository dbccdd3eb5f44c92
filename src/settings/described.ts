import { logFormats, logLevels } from "../log.ts";

export const MODES = ["full", "no-destroy", "read-only"] as const;
export const TOOLSETS = ["core", "all"] as const;
export const AUTHS = ["platform"] as const;
export const MOST_DRAIN_SECONDS = 3600;

/** One setting, for whoever writes it. */
export interface Described {
  name: string;
  /** What stands for its value, absent where it is a switch. */
  value?: string;
  meaning: string;
  /** What it is when left out. */
  preset?: string;
  /** The right value, in words with an example; absent where nothing is taken. */
  expected?: string;
  /** All values, where they are few. */
  choices?: readonly string[];
}

export interface SettingGroup {
  title: string;
  /** How the settings of this group can be written. */
  how: string;
  /** The only command whose flags these are, by what they mean: others may have some of the same name. */
  command?: string;
  settings: readonly Described[];
}

const NO_LIMIT = "; left out, there is no limit";
const CREDITS = `a number of credits, e.g. 2.5${NO_LIMIT}`;
const SWITCH = "true or false, e.g. true";
const PORT = "a port from 0 to 65535, e.g. 8080";
const ADDRESS = "an address of this machine, e.g. 0.0.0.0";

const SERVING: readonly Described[] = [
  {
    ...{ name: "mode", value: "MODE", preset: "full", choices: MODES },
    meaning: MODES.join(" | "),
    expected: `${listed(MODES)}, e.g. read-only`,
  },
  {
    ...{ name: "tools", value: "SET", preset: "all", choices: TOOLSETS },
    meaning: "all | core",
    expected: `${listed(TOOLSETS)}, e.g. core`,
  },
  {
    ...{ name: "max-credits-per-job", value: "N", expected: CREDITS },
    meaning: "refuse a start whose price × life span is more",
  },
  {
    ...{ name: "max-credits-per-hour", value: "N", expected: CREDITS },
    meaning: "refuse a start that brings this server's jobs above it",
  },
  {
    ...{ name: "max-jobs", value: "N", expected: `a whole number, e.g. 5${NO_LIMIT}` },
    meaning: "refuse a start beyond this many active jobs of this server (0: every start)",
  },
  {
    ...{ name: "owned-only", expected: SWITCH },
    meaning:
      "change only jobs that this server started (all servers of one user count as one, on any machine)",
  },
  {
    ...{ name: "allow-plain-secrets", expected: SWITCH },
    meaning: "take the value of a secret as an argument of a start or a command",
  },
  {
    ...{ name: "files", value: "DIR", expected: "a folder that is there, e.g. ~/from-jobs" },
    meaning: "let job_files save files of jobs there, as new files (stdio only)",
  },
  {
    ...{ name: "audit", value: "FILE", expected: "a file, e.g. /var/log/apolo-jobs.jsonl" },
    meaning: "note each change of a job there, one line of JSON; opened anew on SIGUSR2",
  },
  {
    ...{ name: "log-level", value: "LEVEL", preset: "warning", choices: logLevels },
    meaning: logLevels.join(" | "),
    expected: `${listed(logLevels)}, e.g. debug`,
  },
  {
    ...{ name: "log-format", value: "FORMAT", preset: "text", choices: logFormats },
    meaning: logFormats.join(" | "),
    expected: `${listed(logFormats)}, e.g. json`,
  },
];

const OVER_HTTP: readonly Described[] = [
  { name: "http", meaning: "serve http://HOST:PORT/mcp instead of stdio", expected: SWITCH },
  { name: "host", value: "HOST", meaning: "where to listen", preset: "127.0.0.1", expected: ADDRESS },
  {
    name: "port",
    value: "PORT",
    meaning: "where to listen; 0: any free one",
    preset: "8811",
    expected: PORT,
  },
  {
    ...{ name: "auth", value: "platform", expected: "platform", choices: AUTHS },
    meaning: "callers send their own Apolo token and act as themselves",
  },
  {
    ...{ name: "http-token-file", value: "FILE" },
    meaning: "callers send this secret and act with the server's own login (beyond loopback, this or --auth)",
    expected: "a file that holds a secret of 16 characters or more, e.g. /run/secrets/mcp-token",
  },
  {
    ...{ name: "tls-cert", value: "FILE", meaning: "serve TLS with this certificate chain" },
    expected: "a file with the certificate chain, e.g. /etc/tls/tls.crt",
  },
  {
    ...{ name: "tls-key", value: "FILE", meaning: "its private key" },
    expected: "a file with the certificate's private key, e.g. /etc/tls/tls.key",
  },
  {
    ...{ name: "trust-proxy", expected: SWITCH },
    meaning: "believe X-Forwarded-Proto and -Host of a proxy in front",
  },
  {
    ...{ name: "allowed-host", value: "NAME", expected: "names without port, e.g. mcp.example.org" },
    meaning: "a name callers may use for this server; repeatable",
  },
  { name: "stateless", meaning: "keep no sessions", expected: SWITCH },
  { name: "allow-forward", meaning: "let job_forward open ports on this machine", expected: SWITCH },
  {
    ...{ name: "key-file", value: "FILE" },
    meaning: "key of the tokens that answers carry, shared by all replicas",
    expected: "a file that all replicas share, e.g. /run/secrets/mcp-key",
  },
  {
    ...{ name: "drain-seconds", value: "N", preset: "20" },
    meaning: "how long open calls may go on once it is to end",
    expected: `a number of seconds up to ${MOST_DRAIN_SECONDS}, e.g. 20`,
  },
];

const EMULATOR: readonly Described[] = [
  {
    ...{ name: "data", value: "DIR", expected: "a folder, e.g. ~/apolo-data" },
    meaning: "keep jobs, logs and secrets across restarts; ~ is the home folder",
  },
  {
    ...{ name: "scene", value: "NAME", expected: "the name of a scene, e.g. week" },
    meaning: "fill it with something to look at",
  },
  { name: "chaos", value: "FILE", meaning: "faults on request", expected: "a file, e.g. chaos.json" },
  {
    ...{ name: "log-limit", value: "MIB", preset: "1024" },
    meaning: "MiB of output kept of each job",
    expected: "a number of MiB above 0, e.g. 64",
  },
];

const EMULATOR_ALONE: readonly Described[] = [
  { name: "port", value: "N", meaning: "port; 0: any free one", preset: "0", expected: PORT },
  { name: "host", value: "H", meaning: "listen beyond loopback; needs --token", expected: ADDRESS },
  {
    ...{ name: "token", value: "T", meaning: "what callers must send" },
    expected: "a token of 16 characters or more",
  },
  {
    ...{ name: "memory-group", value: "DIR" },
    meaning: "control group for the memory limits of jobs; none: only watch",
    expected: "a folder below /sys/fs/cgroup, or none",
  },
  { name: "json", meaning: "print the address and login as one line" },
];

const COMMANDS: readonly Described[] = [
  { name: "yes", meaning: "answer each question by yes (call, setup)" },
  { name: "print", meaning: "print what a client needs instead of writing it (setup)" },
  { name: "remove", meaning: "take the server out of the client again (setup)" },
  {
    name: "with-token",
    meaning: "write the login of the environment, a secret, into the client's file (setup)",
  },
];

/** Everything that can be set, in the order of `--help`. */
export const SETTING_GROUPS: readonly SettingGroup[] = [
  {
    title: "Serving",
    how: "or APOLO_MCP_<FLAG> in the environment; an unknown or an empty one ends the start",
    settings: SERVING,
  },
  { title: "Over HTTP", how: "or APOLO_MCP_<FLAG>", command: "serve", settings: OVER_HTTP },
  { title: "Emulator, embedded by --emulator or alone", how: "flags only", settings: EMULATOR },
  {
    ...{ title: "Emulator alone", how: "flags of the command `emulator`", command: "emulator" },
    settings: EMULATOR_ALONE,
  },
  { title: "In a terminal", how: "flags of the commands named", settings: COMMANDS },
];

/** The right value of a setting, in words with an example. */
export function expectedOf(name: string): string {
  const all = SETTING_GROUPS.flatMap(({ settings }) => settings);
  return all.find((each) => each.name === name)?.expected ?? "no value";
}

function listed(words: readonly string[]): string {
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
