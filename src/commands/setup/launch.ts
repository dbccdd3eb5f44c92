import { isWindows, type Launch, type Machine } from "./clients.ts";

/** Variables that lead to a login; their values in a file would be a secret that lies around. */
const LOGIN = ["APOLO_TOKEN", "APOLO_PASSED_CONFIG"];
const LOGIN_PLACES = ["APOLO_URL", "APOLO_CONFIG"];

interface Started {
  /** Node, and the program that it runs. */
  node: string;
  program: string;
  /** The flags with which the client is to start it. */
  flags: readonly string[];
  withToken: boolean;
}

/** How a client starts what runs here: by its path, but from npx's cache, which is emptied, by its name. */
export function launchOf({ node, program, flags, withToken }: Started, machine: Machine): Launch {
  const env = variables(machine.env, withToken);
  if (!isFromNpx(program)) return { command: node, args: [program, ...flags], env };
  const args = ["-y", "apolo-jobs-mcp", ...flags];
  return isWindows(machine)
    ? { command: "cmd", args: ["/c", "npx", ...args], env }
    : { command: "npx", args, env };
}

/** Whether a program runs from the cache of npx. */
export function isFromNpx(program: string): boolean {
  return /[\\/]_npx[\\/]/.test(program);
}

/** Secrets that a client would need and that are not written without being told. */
export function unwritten({ env }: Machine, withToken: boolean): string[] {
  return withToken ? [] : LOGIN.filter((name) => env[name]);
}

/** Limits hold in the client as they do here. */
function variables(env: NodeJS.ProcessEnv, withToken: boolean): Record<string, string> {
  const places = LOGIN_PLACES.filter((name) => name !== "APOLO_URL" || withToken || !env.APOLO_TOKEN);
  const wanted = new Set([...places, ...(withToken ? LOGIN : [])]);
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value = ""]) =>
      value !== "" && (wanted.has(name) || name.startsWith("APOLO_MCP_")) ? [[name, value]] : [],
    ),
  );
}
