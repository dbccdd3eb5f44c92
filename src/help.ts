import { type Described, SETTING_GROUPS, type SettingGroup } from "./settings/described.ts";

/** What `--help` prints. The README explains; this reminds. */
export const help = (): string => `apolo-jobs-mcp: an MCP server that runs compute jobs on the Apolo platform

  apolo-jobs-mcp [flags]            serve MCP over stdio, with --http over HTTP
  apolo-jobs-mcp dashboard [flags]  show jobs in the browser; --port N: where (a free one)
  apolo-jobs-mcp emulator [flags]   run the platform emulator alone, until interrupted
  apolo-jobs-mcp demo               show an agent's work on the emulator; needs no account
  apolo-jobs-mcp doctor [flags]     check login, network, platform and limits; --json for programs
  apolo-jobs-mcp setup [CLIENT...]  connect agents: show the change, ask, write; --print, --remove
  apolo-jobs-mcp tools [NAME]       list what agents can call, or describe one; --json for programs
  apolo-jobs-mcp call NAME [JSON]   call one as an agent would; -: JSON from stdin; --json prints its data
  apolo-jobs-mcp completion SHELL   print the completion for bash, zsh or fish

Platform, first match:
  --emulator                 the platform on this machine, for trying and testing
  APOLO_PASSED_CONFIG        a login handed over in the environment
  apolo login                the login that the vendor's CLI saved
  APOLO_URL, APOLO_TOKEN     a bare token

${SETTING_GROUPS.map(group).join("\n\n")}

  --help, --version`;

/** What a person is told who starts the server in a terminal, by `command`. */
export const welcome = (
  command: string,
) => `apolo-jobs-mcp is an MCP server: it waits here for a client that speaks the protocol.
  connect a client   claude mcp add apolo -- ${command}
  try it             ${command.split(" ").slice(0, 2).join(" ")} demo
  see all flags      --help
  end it             Ctrl-D or Ctrl-C
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
