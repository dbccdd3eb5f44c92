import {
  type CallToolRequest,
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type ClientCapabilities,
  inputRequired,
  type ProtocolEra,
  ProtocolError,
  SdkError,
  SdkErrorCode,
  Server,
  type ServerContext,
  specTypeSchemas,
  type Transport,
} from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { z } from "zod";
import manifest from "../../package.json" with { type: "json" };
import { log } from "../log.ts";
import type { Caller, Consent } from "../operations/caller.ts";
import { APPS_EXTENSION } from "./apps.ts";
import type { Person } from "./asking.ts";
import type { Request } from "./connection.ts";
import { STOPPED_SENDING } from "./errors.ts";
import { makeOffer, openSession, type ServerOptions, type Session } from "./session.ts";
import { SessionTransport } from "./session-transport.ts";
import { SKILLS_EXTENSION, skills } from "./skills.ts";
import { requireTasks, TASKS_EXTENSION } from "./tasks.ts";
import type { Asked } from "./tools.ts";

const taskParams = z.object({ taskId: z.string() });
const noParams = z.object({});
const skillParams = z.object({ uri: z.string() });

const CAPABILITIES = {
  tools: {},
  resources: { subscribe: true, listChanged: true },
  prompts: {},
  completions: {},
};

const CAPABILITIES_ALONE = { ...CAPABILITIES, resources: {} };

/** The extensions are of the new era. */
const MODERN_CAPABILITIES = {
  ...CAPABILITIES,
  extensions: { [TASKS_EXTENSION]: {}, [SKILLS_EXTENSION]: {}, [APPS_EXTENSION]: {} },
};

/** What depends on the server's settings only may be kept for an hour, and by whoever stands between. */
const SETTLED = { ttlMs: 3_600_000, cacheScope: "public" } as const;
const OWN_LIST = { ...SETTLED, cacheScope: "private" } as const;
const CACHE_HINTS = {
  "server/discover": SETTLED,
  "tools/list": SETTLED,
  "prompts/list": SETTLED,
  "resources/templates/list": SETTLED,
};

/** Serves one connection of a caller, in the era of the protocol in which the client opens it. */
export function createServer(caller: Caller, options: ServerOptions = {}) {
  let server: Server | undefined;
  let opened: ProtocolEra = "legacy";
  const session = openSession(caller, {
    ...options,
    offer: makeOffer(caller, options),
    client: {
      updated: async (uri) => server?.sendResourceUpdated({ uri }),
      listChanged: async () => server?.sendResourceListChanged(),
    },
    listens: () => opened === "modern",
  });
  let handle: ReturnType<typeof serveStdio> | undefined;
  return {
    connect(transport: Transport): Promise<void> {
      const factory = ({ era }: { era: ProtocolEra }) => {
        opened = era;
        server = makeServer(session, era);
        return server;
      };
      const wire = new SessionTransport(transport, session);
      handle = serveStdio(factory, { transport: wire, onerror: (error) => log("debug", error.message) });
      return Promise.resolve();
    },
    close: async () => handle?.close(),
  };
}

/** Adds answers to those of the product, for tests of the protocol that need what it does not have. */
export type Extend = (server: Server, product: ReturnType<typeof answer>) => void;

interface Making {
  extend?: Extend | undefined;
  /** The client of the old era has no session, so that it cannot be told of anything later. */
  isAlone?: boolean;
}

/** The SDK's side of a session. It costs little: one is made for a mere probe, or for a single request. */
export function makeServer(
  session: Session,
  era: ProtocolEra,
  { extend, isAlone = false }: Making = {},
): Server {
  const { instructions } = session;
  const serverInfo = { name: manifest.name, title: "Apolo jobs", version: manifest.version };
  const server = new Server(serverInfo, {
    capabilities: era === "modern" ? MODERN_CAPABILITIES : isAlone ? CAPABILITIES_ALONE : CAPABILITIES,
    instructions,
    cacheHints: CACHE_HINTS,
  });
  const requestOf = (context: ServerContext): Request => {
    const { signal, _meta } = context.mcpReq;
    return { signal, _meta, client: clientIn(context) ?? server.getClientVersion() };
  };
  const personOf = era === "modern" ? personInTurn : personAsked(server);
  const product = answer(server, session, { requestOf, personOf });
  if (!isAlone) answerSubscriptions(server, session);
  if (era === "modern") {
    answerTasks(server, session, requestOf);
    answerSkills(server);
  }
  extend?.(server, product);
  return server;
}

type RequestOf = (context: ServerContext) => Request;
/** Whom to ask beside the client of a request, which says with it what it can do. */
type PersonOf = (context: ServerContext, capabilities: ClientCapabilities) => Person | undefined;

function answer(
  server: Server,
  session: Session,
  { requestOf, personOf }: { requestOf: RequestOf; personOf: PersonOf },
) {
  const { tools, resources, prompts } = session;
  server.setRequestHandler("tools/list", (_, context) => listTools(server, tools, context));
  const call = async ({ params }: CallToolRequest, context: ServerContext) => {
    const { notify: sendNotification } = context.mcpReq;
    const capabilities = capabilitiesIn(context);
    const takesTasks = knowsTasks(capabilities);
    const person = personOf(context, capabilities);
    const request = { ...requestOf(context), sendNotification, person, takesTasks };
    const outcome = await tools.call(params, request);
    return "asks" in outcome ? askedFor(outcome) : outcome;
  };
  server.setRequestHandler("tools/call", call);
  server.setRequestHandler("resources/templates/list", () => resources.templates());
  server.setRequestHandler("resources/list", (_, context) => resources.list(requestOf(context)));
  server.setRequestHandler("resources/read", ({ params }, context) =>
    resources.read(params, requestOf(context)),
  );
  server.setRequestHandler("prompts/list", () => prompts.list());
  server.setRequestHandler("prompts/get", ({ params }, context) => prompts.get(params, requestOf(context)));
  server.setRequestHandler("completion/complete", ({ params }) => session.complete(params));
  return { session, call };
}

/** Hosts that show pages are told of them: such a list is for nobody else to keep. */
function listTools(server: Server, tools: Session["tools"], context: ServerContext) {
  const isOld = context.mcpReq.envelope === undefined;
  const { extensions } = isOld ? (server.getClientCapabilities() ?? {}) : capabilitiesIn(context);
  const showsViews = extensions?.[APPS_EXTENSION] !== undefined;
  return { ...tools.list(showsViews), ...(showsViews && !isOld ? OWN_LIST : {}) };
}

function answerSubscriptions(server: Server, { subscriptions }: Session): void {
  server.setRequestHandler("resources/subscribe", ({ params }) => subscriptions.subscribe(params));
  server.setRequestHandler("resources/unsubscribe", ({ params }) => subscriptions.unsubscribe(params));
}

function answerTasks(server: Server, { tasks }: Session, requestOf: RequestOf): void {
  for (const method of ["get", "update", "cancel"] as const)
    server.setRequestHandler(`tasks/${method}`, { params: taskParams }, ({ taskId }, context) => {
      requireTasks(knowsTasks(capabilitiesIn(context)));
      return tasks[method](taskId, requestOf(context));
    });
}

function answerSkills(server: Server): void {
  server.setRequestHandler("skills/list", { params: noParams }, () => skills.list());
  server.setRequestHandler("skills/get", { params: skillParams }, ({ uri }) => skills.get(uri));
}

/** A client of the old era says nothing with a request, so it never does. */
function knowsTasks({ extensions }: ClientCapabilities): boolean {
  return extensions?.[TASKS_EXTENSION] !== undefined;
}

const NO_FIELDS = { type: "object" as const, properties: {} };

function askedFor({ asks: { key, text: message, token } }: Asked) {
  const question = inputRequired.elicit({ mode: "form", message, requestedSchema: NO_FIELDS });
  return inputRequired({ inputRequests: { [key]: question }, requestState: token });
}

/** The person beside a client that puts a question itself, and calls again with the answer. */
function personInTurn(context: ServerContext, { elicitation }: ClientCapabilities): Person | undefined {
  if (elicitation === undefined || !(isBare(elicitation) || "form" in elicitation)) return undefined;
  const { inputResponses = {}, requestState } = context.mcpReq;
  const token = requestState<unknown>();
  // An answer without its question is none.
  if (typeof token !== "string") return { answers: new Map() };
  const answers = Object.entries(inputResponses).map(([key, given]) => [key, answerIn(given)] as const);
  return { answers: new Map(answers), token };
}

/** The person beside a client that is asked while the call waits. */
function personAsked(server: Server): PersonOf {
  return ({ mcpReq: { id: relatedRequestId, signal } }) => {
    if (server.getClientCapabilities()?.elicitation?.form === undefined) return undefined;
    return {
      answers: new Map(),
      async put({ text: message }, timeout) {
        // With the call, its question is withdrawn.
        const options = { timeout, relatedRequestId, signal };
        try {
          return answerIn(await server.elicitInput({ message, requestedSchema: NO_FIELDS }, options));
        } catch (error) {
          // A client that fails to put the question has asked nobody.
          return isTimeout(error) ? "unanswered" : "unable";
        }
      },
    };
  };
}

function isTimeout(error: unknown): boolean {
  if (error instanceof ProtocolError) return error.code === STOPPED_SENDING;
  return error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout;
}

/** What a client that says it with each request can do. */
function capabilitiesIn(context: ServerContext): ClientCapabilities {
  const declared = declaredIn(context, CLIENT_CAPABILITIES_META_KEY);
  const parsed = specTypeSchemas.ClientCapabilities["~standard"].validate(declared);
  return "value" in parsed ? parsed.value : {};
}

/** Who such a client is. */
function clientIn(context: ServerContext): Request["client"] {
  const parsed = specTypeSchemas.Implementation["~standard"].validate(
    declaredIn(context, CLIENT_INFO_META_KEY),
  );
  return "value" in parsed ? parsed.value : undefined;
}

function declaredIn({ mcpReq: { envelope } }: ServerContext, wanted: string): unknown {
  return Object.entries(envelope ?? {}).find(([key]) => key === wanted)?.[1];
}

function isBare(value: object): boolean {
  return Object.keys(value).length === 0;
}

/** A dismissed question is a no, too. */
function answerIn(response: unknown): Consent["answer"] {
  const isYes = typeof response === "object" && response !== null && "action" in response;
  return isYes && response.action === "accept" ? "yes" : "no";
}
