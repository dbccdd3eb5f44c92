import {
  CLIENT_CAPABILITIES_META_KEY,
  type JSONRPCRequest,
  PROTOCOL_VERSION_META_KEY,
  specTypeSchemas,
  UnsupportedProtocolVersionError,
} from "@modelcontextprotocol/server";
import { field } from "../json.ts";
import { tools } from "../tools/index.ts";
import { callOf } from "../tools/reading/example.ts";
import { quoted } from "../tools/reading/problems.ts";
import { INVALID_PARAMS } from "./errors.ts";
import { withoutNulls } from "./nulls.ts";
import { readParams } from "./params.ts";
import type { Topics } from "./subscriptions.ts";
import { TASKS_EXTENSION, undeclared } from "./tasks.ts";

/** The types of the requests that this server answers in both eras. */
const TYPES = {
  "completion/complete": "CompleteRequest",
  "tools/list": "ListToolsRequest",
  "tools/call": "CallToolRequest",
  "resources/list": "ListResourcesRequest",
  "resources/templates/list": "ListResourceTemplatesRequest",
  "resources/read": "ReadResourceRequest",
  "prompts/list": "ListPromptsRequest",
  "prompts/get": "GetPromptRequest",
} as const;
/** All that it answers in each; to any other the SDK says that the method is unknown. */
const OLD_TYPES = {
  ...TYPES,
  initialize: "InitializeRequest",
  ping: "PingRequest",
  "resources/subscribe": "SubscribeRequest",
  "resources/unsubscribe": "UnsubscribeRequest",
} as const;
const NEW_TYPES = { ...TYPES, "subscriptions/listen": "SubscriptionsListenRequest" } as const;

const MOST_ISSUES = 5;
const MOST_CHARS = 200;

/** What a request is answered with instead of a result. */
export interface Problem {
  code: number;
  message: string;
  data?: unknown;
}

/** A request as it is meant, or what is wrong with it. */
export function readRequest(message: JSONRPCRequest): { request: JSONRPCRequest } | { problem: Problem } {
  const request = readParams(withoutNulls(message));
  const problem = paramsProblem(request);
  if (problem !== undefined) return { problem: { code: INVALID_PARAMS, message: problem } };
  return wantsUndeclaredTasks(request) ? { problem: undeclared() } : { request };
}

/** Tasks are not told of here, but only who declares the extension may ask. Source: SEP-2663. */
function wantsUndeclaredTasks({ method, params = {} }: JSONRPCRequest): boolean {
  if (method !== "subscriptions/listen" || field(params.notifications, "taskIds") === undefined) return false;
  const capabilities = field(params._meta, CLIENT_CAPABILITIES_META_KEY);
  return field(field(capabilities, "extensions"), TASKS_EXTENSION) === undefined;
}

/** Whether a request says itself in which version it is. */
export function hasVersion({ params }: JSONRPCRequest): boolean {
  return field(params?._meta, PROTOCOL_VERSION_META_KEY) !== undefined;
}

/** Versions that a request can say it is in. */
const VERSIONS_OF_REQUESTS = ["2026-07-28"];

/** Whether that version is spoken here; the SDK looks at the first request of a connection only. */
export function versionProblem({ params }: JSONRPCRequest): Problem | undefined {
  const requested = params?._meta?.[PROTOCOL_VERSION_META_KEY];
  if (typeof requested !== "string" || VERSIONS_OF_REQUESTS.includes(requested)) return undefined;
  return new UnsupportedProtocolVersionError({ supported: VERSIONS_OF_REQUESTS, requested });
}

function filterOf({ params = {} }: JSONRPCRequest) {
  const parsed = specTypeSchemas.SubscriptionFilter["~standard"].validate(params.notifications);
  return "value" in parsed ? parsed.value : {};
}

export function topicsOf(request: JSONRPCRequest): Topics {
  const { resourceSubscriptions: uris = [], resourcesListChanged: list = false } = filterOf(request);
  return { uris, list };
}

/** The same request for what can be listened to: the client is told what it gets. */
export function narrowed(request: JSONRPCRequest, uris: readonly string[]): JSONRPCRequest {
  const notifications = { ...filterOf(request), resourceSubscriptions: [...uris] };
  return { ...request, params: { ...request.params, notifications } };
}

/** What is wrong with the params, in words; undefined if nothing is. The SDK would show its schema instead. */
function paramsProblem(request: JSONRPCRequest): string | undefined {
  const types = hasVersion(request) ? Object.entries(NEW_TYPES) : Object.entries(OLD_TYPES);
  const type = types.find(([method]) => method === request.method)?.[1];
  const issues = type && specTypeSchemas[type]["~standard"].validate(request).issues;
  if (issues === undefined) return undefined;
  const problems = issues.slice(0, MOST_ISSUES).map(({ path = [], message: text }) => {
    const keys = path.map((step) => String(typeof step === "object" ? step.key : step));
    const [first, second, key] = keys;
    if (first === "params" && second === "arguments") return argumentsProblem(request, key);
    const where = keys.length > 1 ? keys.slice(1) : keys;
    const message = text.replace(/^Invalid input: /, "").replace("record", "object");
    return `${where.join(".")}: ${message}`.slice(0, MOST_CHARS);
  });
  return `invalid_argument: ${request.method} cannot be read: ${problems.join("; ")}`;
}

/** The arguments of a call are no object, or one of a prompt's is no text. */
function argumentsProblem(
  { method, params: { name, arguments: given } = {} }: JSONRPCRequest,
  key?: string,
): string {
  const came = Array.isArray(given) ? "a list" : typeof given === "string" ? quoted(given) : typeof given;
  if (key !== undefined)
    return `${quoted(key)}: give a text. E.g. ${JSON.stringify({ [key.slice(0, 80)]: "a text" })}`;
  const tool = method === "tools/call" ? tools.find((offered) => offered.name === name) : undefined;
  const example = tool === undefined ? {} : callOf(tool.input);
  return `arguments: give an object of arguments by name; got ${came}. E.g. {"arguments":${JSON.stringify(example)}}`;
}
