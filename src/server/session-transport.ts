import type { Transport, TransportSendOptions } from "@modelcontextprotocol/sdk/shared/transport.js";
import {
  ClientRequestSchema,
  ErrorCode,
  type JSONRPCMessage,
  type JSONRPCRequest,
  LATEST_PROTOCOL_VERSION,
  type MessageExtraInfo,
  type RequestId,
  SUPPORTED_PROTOCOL_VERSIONS,
} from "@modelcontextprotocol/sdk/types.js";
import { tools } from "../tools/index.ts";
import { requiredOf } from "../tools/reading/example.ts";
import { quoted } from "../tools/reading/problems.ts";
import { withoutNulls } from "./nulls.ts";
import { readParams } from "./params.ts";
import { clientCapabilities, noticeFor, resultFor } from "./versions.ts";

/** Requests that this server answers; to any other the SDK says that the method is unknown. */
const ANSWERED = /^(initialize|ping|completion\/complete|(tools|resources|prompts)\/.*)$/;
const SCHEMAS = ClientRequestSchema.options.filter(({ shape }) => ANSWERED.test(shape.method.value));

const MOST_ISSUES = 5;
const MOST_CHARS = 200;

/** Sits between a transport and the SDK, and speaks to each session in the version that it agreed on. */
export class SessionTransport implements Transport {
  onmessage?: Transport["onmessage"];
  onclose?: () => void;
  onerror?: (error: Error) => void;
  readonly #inner: Transport;
  /** Methods of unanswered requests, by id. */
  readonly #methods = new Map<RequestId, string>();
  #version = LATEST_PROTOCOL_VERSION;

  constructor(inner: Transport) {
    this.#inner = inner;
  }

  async start(): Promise<void> {
    this.#inner.onmessage = (message, extra) => this.#receive(message, extra);
    this.#inner.onclose = () => this.onclose?.();
    this.#inner.onerror = (error) => this.onerror?.(error);
    await this.#inner.start();
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    return this.#inner.send(this.#translate(message), options);
  }

  #translate(message: JSONRPCMessage): JSONRPCMessage {
    if ("method" in message) {
      const { method, params } = message;
      return params === undefined || "id" in message
        ? message
        : { ...message, params: noticeFor(this.#version, method, params) };
    }
    if (message.id === undefined) return message;
    const method = this.#methods.get(message.id);
    this.#methods.delete(message.id);
    if (!("result" in message)) return message;
    return { ...message, result: resultFor(this.#version, method, message.result) };
  }

  /** Settles the version at once, by the SDK's own rule: the client may use it before it has the answer. */
  #agree(request: JSONRPCRequest): JSONRPCRequest {
    const { params = {} } = request;
    const asked = SUPPORTED_PROTOCOL_VERSIONS.find((version) => version === params.protocolVersion);
    this.#version = asked ?? LATEST_PROTOCOL_VERSION;
    this.#inner.setProtocolVersion?.(this.#version);
    const capabilities = clientCapabilities(this.#version, params.capabilities);
    return { ...request, params: { ...params, capabilities } };
  }

  #receive(message: JSONRPCMessage, extra?: MessageExtraInfo): void {
    if (!("method" in message && "id" in message)) {
      this.onmessage?.(message, extra);
      return;
    }
    const request = readParams(withoutNulls(message));
    const problem = paramsProblem(request);
    if (problem === undefined) {
      this.#methods.set(request.id, request.method);
      this.onmessage?.(request.method === "initialize" ? this.#agree(request) : request, extra);
      return;
    }
    const error = { code: ErrorCode.InvalidParams, message: problem };
    this.#inner
      .send({ jsonrpc: "2.0", id: request.id, error }, { relatedRequestId: request.id })
      .catch((reason: Error) => this.onerror?.(reason));
  }
}

/** What is wrong with the params, in words; undefined if nothing is. The SDK would show its schema instead. */
function paramsProblem(request: JSONRPCRequest): string | undefined {
  const schema = SCHEMAS.find(({ shape }) => shape.method.value === request.method);
  const parsed = schema?.safeParse(request);
  if (parsed === undefined || parsed.success) return undefined;
  const issues = parsed.error.issues.slice(0, MOST_ISSUES).map((issue) => {
    const [first, second, key] = issue.path.map(String);
    if (first === "params" && second === "arguments") return argumentsProblem(request, key);
    const where = issue.path.length > 1 ? issue.path.slice(1) : issue.path;
    const message = issue.message.replace(/^Invalid input: /, "").replace("record", "object");
    return `${where.join(".")}: ${message}`.slice(0, MOST_CHARS);
  });
  return `invalid_argument: ${request.method} cannot be read: ${issues.join("; ")}`;
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
  const example = tool === undefined ? {} : requiredOf(tool.input);
  return `arguments: give an object of arguments by name; got ${came}. E.g. {"arguments":${JSON.stringify(example)}}`;
}
