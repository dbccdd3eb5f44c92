import { posix, win32 } from "node:path";
import type { Format } from "./edit.ts";

/** Where a client's settings are looked for. */
export interface Machine {
  platform: NodeJS.Platform;
  home: string;
  env: NodeJS.ProcessEnv;
}

/** How a client is to start the server. */
export interface Launch {
  command: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
}

/** A client, and how it is told of a server. */
export interface Client {
  title: string;
  format: Format;
  /** The file of its settings. */
  file(machine: Machine): string;
  /** Where in it servers stand. */
  servers: string;
  entry(launch: Launch): Record<string, unknown>;
  /** Its program, and the arguments with which it shows its servers. */
  shows?: readonly [program: string, ...args: string[]];
}

/** The name of the server in all of them. */
export const NAME = "apolo";

const plain = ({ command, args, env }: Launch) => ({ command, args, ...(isEmpty(env) ? {} : { env }) });

export const CLIENTS = {
  "claude-code": {
    title: "Claude Code",
    format: "json",
    file: (machine) => at(machine, machine.env.CLAUDE_CONFIG_DIR || machine.home, ".claude.json"),
    servers: "mcpServers",
    entry: (launch) => ({ type: "stdio", ...plain(launch) }),
    shows: ["claude", "mcp", "get", NAME],
  },
  "claude-desktop": {
    title: "Claude Desktop",
    format: "json",
    file: (machine) => at(machine, appData(machine), "Claude", "claude_desktop_config.json"),
    servers: "mcpServers",
    entry: plain,
  },
  cursor: {
    title: "Cursor",
    format: "json",
    file: (machine) => at(machine, machine.home, ".cursor", "mcp.json"),
    servers: "mcpServers",
    entry: plain,
  },
  vscode: {
    title: "VS Code",
    format: "json",
    file: (machine) => at(machine, appData(machine), "Code", "User", "mcp.json"),
    servers: "servers",
    entry: (launch) => ({ type: "stdio", ...plain(launch) }),
  },
  codex: {
    title: "Codex",
    format: "toml",
    file: (machine) =>
      at(machine, machine.env.CODEX_HOME || at(machine, machine.home, ".codex"), "config.toml"),
    servers: "mcp_servers",
    entry: (launch) => ({ ...plain(launch), tool_timeout_sec: 120 }),
    shows: ["codex", "mcp", "get", NAME],
  },
  "gemini-cli": {
    title: "Gemini CLI",
    format: "json",
    file: (machine) => at(machine, machine.env.GEMINI_CLI_HOME || machine.home, ".gemini", "settings.json"),
    servers: "mcpServers",
    entry: plain,
    shows: ["gemini", "mcp", "list"],
  },
  goose: {
    title: "Goose",
    format: "yaml",
    file: (machine) =>
      isWindows(machine)
        ? at(machine, appData(machine), "Block", "goose", "config", "config.yaml")
        : at(machine, configHome(machine), "goose", "config.yaml"),
    servers: "extensions",
    entry: ({ command, args, env }) => ({
      ...{ name: NAME, type: "stdio", enabled: true, timeout: 300 },
      ...{ cmd: command, args, envs: env },
    }),
  },
  windsurf: {
    title: "Windsurf",
    format: "json",
    file: (machine) => at(machine, machine.home, ".codeium", "windsurf", "mcp_config.json"),
    servers: "mcpServers",
    entry: plain,
  },
  zed: {
    title: "Zed",
    format: "json",
    file: (machine) =>
      isWindows(machine)
        ? at(machine, appData(machine), "Zed", "settings.json")
        : at(machine, configHome(machine), "zed", "settings.json"),
    servers: "context_servers",
    entry: (launch) => ({ source: "custom", ...plain(launch) }),
  },
} as const satisfies Record<string, Client>;

export function isWindows({ platform }: Machine): boolean {
  return platform === "win32";
}

/** Where programs with windows keep their settings. */
function appData(machine: Machine): string {
  const { platform, home, env } = machine;
  if (isWindows(machine)) return env.APPDATA || at(machine, home, "AppData", "Roaming");
  return platform === "darwin" ? at(machine, home, "Library", "Application Support") : configHome(machine);
}

/** macOS knows no XDG folder, but programs of Unix that run there use its default. */
function configHome(machine: Machine): string {
  const { XDG_CONFIG_HOME: named = "" } = machine.env;
  const isNamed = machine.platform !== "darwin" && posix.isAbsolute(named);
  return isNamed ? named : at(machine, machine.home, ".config");
}

function at(machine: Machine, ...parts: string[]): string {
  return (isWindows(machine) ? win32 : posix).join(...parts);
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}
