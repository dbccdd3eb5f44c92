import { COMMON, type CommandName, FLAGS } from "./settings/command-line.ts";
import { type Described, SETTING_GROUPS, type SettingGroup } from "./settings/described.ts";

const PROGRAM = "apolo-jobs-mcp";

/** What stands behind the program's name, and what that does. */
const USAGES: Record<CommandName, readonly [how: string, meaning: string]> = {
  serve: ["[flags]", "serve MCP over stdio, with --http over HTTP"],
  dashboard: ["dashboard [flags]", "show jobs in the browser; --port N: where (a free one)"],
  emulator: ["emulator [flags]", "run the platform emulator alone, until interrupted"],
  demo: ["demo", "show an agent's work on the emulator; needs no account"],
  doctor: ["doctor [flags]", "check login, network, platform and limits; --json for programs"],
  setup: ["setup [CLIENT...]", "connect agents: show the change, ask, write; --print, --remove"],
  tools: ["tools [NAME]", "list what agents can call, or describe one; --json for programs"],
  call: ["call NAME [JSON]", "call one as an agent would; -: JSON from stdin; --json prints its data"],
  completion: ["completion SHELL", "print the completion for bash, zsh or fish"],
};

const PLATFORM = `Platform, first match:
  --emulator                 the platform on this machine, for trying and testing
  APOLO_PASSED_CONFIG        a login handed over in the environment
  apolo login                the login that the vendor's CLI saved
  APOLO_URL, APOLO_TOKEN     a bare token`;

/** What `--help` prints: all there is, or what belongs to one command. The README explains; this reminds. */
export function help(command: CommandName = "serve"): string {
  const end = "  --help, --version";
  if (command !== "serve") return [usage(command), ...partsOf(command), end].join("\n\n");
  const usages = (Object.keys(USAGES) as CommandName[]).map(usage).join("\n");
  const title = `${PROGRAM}: an MCP server that runs compute jobs on the Apolo platform`;
  return [title, usages, PLATFORM, ...SETTING_GROUPS.map(group), end].join("\n\n");
}

function usage(command: CommandName): string {
  const [how, meaning] = USAGES[command];
  return `  ${PROGRAM} ${how.padEnd(17)}  ${meaning}`;
}

/** The flags of a command, its own first, and where it finds its platform. */
function partsOf(command: CommandName): string[] {
  const flags: readonly string[] = [...COMMON, ...FLAGS[command]];
  const groups = SETTING_GROUPS.filter((each) => each.command === undefined || each.command === command)
    .map((each) => ({ ...each, settings: each.settings.filter(({ name }) => flags.includes(name)) }))
    .filter(({ settings }) => settings.length > 0);
  return [...groups.map(group).reverse(), ...(flags.includes("emulator") ? [PLATFORM] : [])];
}

/** What a person is told who starts the server in a terminal, by `command` with `flags`. */
export const welcome = (
  command: string,
  flags: string,
) => `${PROGRAM} is an MCP server: it waits here for a client that speaks the protocol.
  connect a client   ${command} setup${flags}
  try it             ${command} demo
  see all flags      --help
  end it             Ctrl-D or Ctrl-C
`;

/** What a person is told who serves over HTTP from a terminal. */
export const servingAt = (url: string) => `${PROGRAM} serves MCP at ${url}
  connect a client   claude mcp add --transport http apolo ${url}
  end it             Ctrl-C
`;

/** Where the second column begins. */
const INDENT = 29;
const WIDTH = 110;

function group({ title, how, settings }: SettingGroup): string {
  return [`${title} (${how}):`, ...settings.map(line)].join("\n");
}

function line({ name, value, meaning, preset }: Described): string {
  const flag = `  --${name}${value === undefined ? "" : ` ${value}`}`;
  const text = preset === undefined ? meaning : `${meaning} (${preset})`;
  return `${flag.padEnd(INDENT - 1)} ${folded(text).join(`\n${" ".repeat(INDENT)}`)}`;
}

/** Lines that fit into the second column. */
function folded(text: string): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1) ?? "";
    if (last !== "" && INDENT + last.length + word.length >= WIDTH) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines;
}
