import { setMaxListeners } from "node:events";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { ErrorCode, McpError } from "@modelcontextprotocol/sdk/types.js";
import manifest from "../../package.json" with { type: "json" };
import type { Platform } from "../client/index.ts";
import type { Consent } from "../operations/caller.ts";
import { newSession, type Policy } from "../operations/caller.ts";
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

/** One MCP server for one session. Sessions share the platform, nothing else. */
export function createServer(platform: Platform, policy: Policy, limits: Partial<Limits> = {}): Server {
  const tools = offered(policy);
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
  const session = newSession(policy);
  const scrub = makeScrub(session.policy.secrets, () => platform.secrets());
  const connection: Connection = {
    platform,
    session,
    limits: { ...LIMITS, ...limits },
    closing: closing.signal,
    confirm: (question, ms) => confirm(server, scrub(question), ms),
    scrub,
  };
  serveTools(server, tools, connection);
  serveResources(server, connection);
  const names = new Set(tools.map(({ name }) => name));
  const prompts = offeredPrompts(names);
  servePrompts(server, { prompts, tools: names }, connection);
  serveCompletions(server, prompts, connection);
  server.onclose = () => {
    closing.abort();
    for (const forward of connection.session.forwards.values()) void forward.close();
    for (const save of connection.session.saves.values()) save.stop();
  };
  return server;
}

/** A decline and a dismissed question are a no; a client that cannot put it, or fails to, has asked nobody. */
async function confirm(server: Server, question: string, timeout: number): Promise<Consent> {
  if (server.getClientCapabilities()?.elicitation?.form === undefined) return "unable";
  const requestedSchema = { type: "object" as const, properties: {} };
  const answer = server.elicitInput({ message: question, requestedSchema }, { timeout });
  return answer.then(
    ({ action }) => (action === "accept" ? "yes" : "no"),
    (error: unknown) =>
      error instanceof McpError && error.code === ErrorCode.RequestTimeout ? "unanswered" : "unable",
  );
}
