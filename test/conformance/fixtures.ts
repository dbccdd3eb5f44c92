import type {
  CallToolResult,
  GetPromptResult,
  InputRequiredResult,
  Server,
  ServerContext,
  Tool,
} from "@modelcontextprotocol/server";
import type { Extend } from "../../src/server/index.ts";
import type { Session } from "../../src/server/session.ts";
import { askContext, asking } from "./asking.ts";
import { answers, contentsOf, messagesOf, prompts, resources, say, templates, user } from "./content.ts";

type Product = Parameters<Extend>[1];
type Run = (
  context: ServerContext,
  args: Record<string, unknown>,
) => Promise<CallToolResult | InputRequiredResult>;

const TEXT = { type: "string" };

/** A schema that uses what the newest dialect has. */
const DIALECT: Tool = {
  name: "json_schema_2020_12_tool",
  description: "Is listed",
  inputSchema: {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    $defs: {
      address: { $anchor: "addressDef", type: "object", properties: { street: TEXT, city: TEXT } },
    },
    properties: {
      name: TEXT,
      address: { $ref: "#/$defs/address" },
      contactMethod: { type: "string", enum: ["phone", "email"] },
      phone: TEXT,
      email: TEXT,
    },
    allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
    if: { properties: { contactMethod: { const: "phone" } }, required: ["contactMethod"] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { required: ["phone"] },
    else: { required: ["email"] },
    additionalProperties: false,
  },
};

/** Tools that tell something before they answer. */
const telling: Readonly<Record<string, Run>> = {
  test_tool_with_logging: logThrice,
  test_logging_tool: logThrice,
  async test_tool_with_progress({ mcpReq: { _meta, notify } }) {
    const progressToken = _meta?.progressToken;
    for (const progress of progressToken === undefined ? [] : [0, 50, 100])
      await notify({ method: "notifications/progress", params: { progressToken, progress, total: 100 } });
    return say("done");
  },
};

async function logThrice({ mcpReq }: ServerContext): Promise<CallToolResult> {
  for (const text of ["started", "processing data", "completed"]) await mcpReq.log("info", `Tool ${text}`);
  return say("done");
}

/** Adds what the official suite calls by name to what the product answers. */
export const extendWithFixtures: Extend = (server, product) => {
  server.registerCapabilities({ logging: {} });
  addTools(server, product);
  addResources(server, product.session);
  addPrompts(server, product.session);
};

function addTools(server: Server, { session: { tools }, call }: Product): void {
  const runs = runsOf();
  const names = [...runs.keys()];
  const plain = names.map((name): Tool => ({ name, description: name, inputSchema: { type: "object" } }));
  server.setRequestHandler("tools/list", () => ({ tools: [...tools.list().tools, ...plain, DIALECT] }));
  server.setRequestHandler("tools/call", (request, context) => {
    const { name, arguments: args = {} } = request.params;
    const run = runs.get(name);
    return run === undefined ? call(request, context) : run(context, args);
  });
}

function runsOf(): Map<string, Run> {
  const fixed = Object.entries(answers).map(([name, answer]): [string, Run] => [name, async () => answer]);
  const asked = Object.entries(asking).map(([name, ask]): [string, Run] => [
    name,
    async (context, args) => {
      const round = await ask(context, args);
      return "answered" in round ? say(JSON.stringify(round.answered)) : round;
    },
  ]);
  return new Map([...fixed, ...Object.entries(telling), ...asked]);
}

function addResources(server: Server, session: Session): void {
  const { resources: own, subscriptions } = session;
  server.setRequestHandler("resources/list", async (_, { mcpReq }) => ({
    resources: [...(await own.list(mcpReq)).resources, ...resources],
  }));
  server.setRequestHandler("resources/templates/list", () => ({
    resourceTemplates: [...own.templates().resourceTemplates, ...templates],
  }));
  server.setRequestHandler("resources/read", async ({ params }, { mcpReq }) => {
    const contents = contentsOf(params.uri);
    return contents === undefined ? own.read(params, mcpReq) : { contents: [contents] };
  });
  server.setRequestHandler("resources/subscribe", ({ params }) =>
    contentsOf(params.uri) === undefined ? subscriptions.subscribe(params) : {},
  );
  server.setRequestHandler("resources/unsubscribe", ({ params }) => subscriptions.unsubscribe(params));
}

function addPrompts(server: Server, { prompts: own, complete }: Session): void {
  server.setRequestHandler("prompts/list", () => ({ prompts: [...own.list().prompts, ...prompts] }));
  server.setRequestHandler("prompts/get", async ({ params }, context) => {
    const messages = messagesOf(params.name, params.arguments);
    if (messages !== undefined) return { messages };
    if (params.name !== "test_input_required_result_prompt") return own.get(params, context.mcpReq);
    return promptAsked(context);
  });
  server.setRequestHandler("completion/complete", ({ params }) =>
    params.ref.type === "ref/prompt" &&
    prompts.some(({ name }) => "name" in params.ref && name === params.ref.name)
      ? { completion: { values: ["testing"], total: 1, hasMore: false } }
      : complete(params),
  );
}

function promptAsked(context: ServerContext): GetPromptResult | InputRequiredResult {
  const round = askContext(context);
  return "answered" in round ? { messages: [user(JSON.stringify(round.answered))] } : round;
}
