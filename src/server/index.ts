import { setMaxListeners } from "node:events";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { ErrorCode, McpError } from "@modelcontextprotocol/sdk/types.js";
import manifest from "../../package.json" with { type: "json" };
import type { Caller, Consent } from "../operations/caller.ts";
import { offeredPrompts } from "../prompts/index.ts";
import { offered } from "../tools/index.ts";
import { serveCompletions } from "./completions.ts";
import { type Connection, LIMITS, type Limits } from "./connection.ts";
import { instructions } from "./instructions.ts";
import { servePrompts } from "./prompts.ts";
import { serveResources } from "./resources.ts";
import { makeScrub } from "./scrub.ts";
import { SessionTransport } from "./session-transport.ts";
import { serveTools } from "./tools.ts";

/** The SDK's server, which by itself speaks the newest version to everybody. */
class SessionServer extends Server {
  override connect(transport: Transport): Promise<void> {
    return super.connect(new SessionTransport(transport));
  }
}

/** One MCP server for one session of a caller; whoever opened the caller closes it. */
export function createServer(caller: Caller, limits: Partial<Limits> = {}): Server {
  const tools = offered(caller.policy);
  const server = new SessionServer(
    { name: manifest.name, title: "Apolo jobs", version: manifest.version },
    {
      capabilities: {
        tools: {},
        resources: { subscribe: true, listChanged: true },
        prompts: {},
        completions: {},
      },
      instructions: instructions(tools),
    },
  );
  const closing = new AbortController();
  // Each call under way listens.
  setMaxListeners(0, closing.signal);
  const scrub = makeScrub(caller.policy.secrets, () => caller.platform.secrets());
  const connection: Connection = {
    caller,
    limits: { ...LIMITS, ...limits },
    closing: closing.signal,
    canAsk: () => server.getClientCapabilities()?.elicitation?.form !== undefined,
    ask: (question, ms) => ask(server, scrub(question), ms),
    scrub,
  };
  serveTools(server, tools, connection);
  serveResources(server, connection);
  const names = new Set(tools.map(({ name }) => name));
  const prompts = offeredPrompts(names);
  servePrompts(server, { prompts, tools: names }, connection);
  serveCompletions(server, prompts, connection);
  server.onclose = () => closing.abort();
  return server;
}

/** A decline and a dismissed question are a no; a client that cannot put it, or fails to, has asked nobody. */
async function ask(server: Server, question: string, timeout: number): Promise<Consent["answer"]> {
  const requestedSchema = { type: "object" as const, properties: {} };
  const answer = server.elicitInput({ message: question, requestedSchema }, { timeout });
  return answer.then(
    ({ action }) => (action === "accept" ? "yes" : "no"),
    (error: unknown) =>
      error instanceof McpError && error.code === ErrorCode.RequestTimeout ? "unanswered" : "unable",
  );
}
