import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import {
  CallToolRequestSchema,
  CompleteRequestSchema,
  ErrorCode,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import manifest from "../../package.json" with { type: "json" };
import type { Caller } from "../operations/caller.ts";
import type { Client } from "./connection.ts";
import { openSession, type SessionOptions } from "./session.ts";
import { SessionTransport } from "./session-transport.ts";

const CAPABILITIES = {
  tools: {},
  resources: { subscribe: true, listChanged: true },
  prompts: {},
  completions: {},
};

/** The SDK's own server would speak the newest version to everybody. */
class SessionServer extends Server {
  override connect(transport: Transport): Promise<void> {
    return super.connect(new SessionTransport(transport));
  }
}

/** One MCP server for one session of a caller; whoever opened the caller closes it. */
export function createServer(caller: Caller, options: SessionOptions = {}): Server {
  const session = openSession(
    caller,
    clientBehind(() => server),
    options,
  );
  const { instructions } = session;
  const server: Server = new SessionServer(
    { name: manifest.name, title: "Apolo jobs", version: manifest.version },
    { capabilities: CAPABILITIES, instructions },
  );
  const { tools, resources, subscriptions, prompts } = session;
  server.setRequestHandler(ListToolsRequestSchema, () => tools.list());
  server.setRequestHandler(CallToolRequestSchema, ({ params }, extra) => tools.call(params, extra));
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => resources.templates());
  server.setRequestHandler(ListResourcesRequestSchema, (_, extra) => resources.list(extra));
  server.setRequestHandler(ReadResourceRequestSchema, ({ params }, extra) => resources.read(params, extra));
  server.setRequestHandler(SubscribeRequestSchema, ({ params }) => subscriptions.subscribe(params));
  server.setRequestHandler(UnsubscribeRequestSchema, ({ params }) => subscriptions.unsubscribe(params));
  server.setRequestHandler(ListPromptsRequestSchema, () => prompts.list());
  server.setRequestHandler(GetPromptRequestSchema, ({ params }, extra) => prompts.get(params, extra));
  server.setRequestHandler(CompleteRequestSchema, ({ params }) => session.complete(params));
  server.onclose = () => session.close();
  return server;
}

function clientBehind(server: () => Server): Client {
  return {
    canAsk: () => server().getClientCapabilities()?.elicitation?.form !== undefined,
    ask: async (message, timeout) => {
      const requestedSchema = { type: "object" as const, properties: {} };
      try {
        const { action } = await server().elicitInput({ message, requestedSchema }, { timeout });
        // A dismissed question is a no, too.
        return action === "accept" ? "yes" : "no";
      } catch (error) {
        // A client that fails to put the question has asked nobody.
        return error instanceof McpError && error.code === ErrorCode.RequestTimeout ? "unanswered" : "unable";
      }
    },
    updated: (uri) => server().sendResourceUpdated({ uri }),
    listChanged: () => server().sendResourceListChanged(),
  };
}
