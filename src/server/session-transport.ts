import {
  type JSONRPCMessage,
  type JSONRPCNotification,
  type JSONRPCRequest,
  LATEST_PROTOCOL_VERSION,
  type MessageExtraInfo,
  type RequestId,
  SUPPORTED_PROTOCOL_VERSIONS,
  type Transport,
  type TransportSendOptions,
} from "@modelcontextprotocol/server";
import { hasVersion, narrowed, type Problem, readRequest, topicsOf, versionProblem } from "./request.ts";
import type { Session } from "./session.ts";
import { clientCapabilities, errorFor, paramsFor, resultFor } from "./versions.ts";

/** Sits between a transport and the SDK, and speaks to each session in the version that it agreed on. */
export class SessionTransport implements Transport {
  onmessage?: Transport["onmessage"];
  onclose?: () => void;
  onerror?: (error: Error) => void;
  readonly #inner: Transport;
  readonly #session: Session;
  /** Methods of unanswered requests that did not bring a version of their own, by id. */
  readonly #methods = new Map<RequestId, string>();
  #version: string;
  /** The one before an initialize that is not answered yet. */
  #versionBefore: string;
  /** The client has initialized: no request of it has a version of its own. */
  #isOld = false;

  /** The session ends with the connection. `version` is the one of a request that comes without a session. */
  constructor(inner: Transport, session: Session, version?: string) {
    this.#inner = inner;
    this.#session = session;
    this.#version = knownVersion(version);
    this.#versionBefore = this.#version;
  }

  async start(): Promise<void> {
    this.#inner.onmessage = (message, extra) => this.#receive(message, extra);
    this.#inner.onclose = () => {
      this.#session.close();
      this.onclose?.();
    };
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
      if (params === undefined) return message;
      return { ...message, params: paramsFor(this.#version, method, params) };
    }
    if (message.id === undefined) return message;
    // An answer to a request to listen is the end of it.
    this.#session.subscriptions.unlisten(message.id);
    const method = this.#methods.get(message.id);
    if (method === undefined) return message;
    this.#methods.delete(message.id);
    if (method === "initialize") this.#agreed("result" in message);
    return "result" in message
      ? { ...message, result: resultFor(this.#version, method, message.result) }
      : { ...message, error: errorFor(method, message.error) };
  }

  /** Settles the version at once, by the SDK's own rule: the client may use it before it has the answer. */
  #agree(request: JSONRPCRequest): JSONRPCRequest {
    const { params = {} } = request;
    this.#versionBefore = this.#version;
    this.#speak(knownVersion(params.protocolVersion));
    const capabilities = clientCapabilities(this.#version, params.capabilities);
    return { ...request, params: { ...params, capabilities } };
  }

  #agreed(isSettled: boolean): void {
    if (isSettled) this.#isOld = true;
    else this.#speak(this.#versionBefore);
  }

  #speak(version: string): void {
    this.#version = version;
    this.#inner.setProtocolVersion?.(version);
  }

  #receive(message: JSONRPCMessage, extra?: MessageExtraInfo): void {
    if (!("method" in message)) this.onmessage?.(message, extra);
    else if ("id" in message) this.#ask(message, extra);
    else this.#hear(message, extra);
  }

  #hear(notice: JSONRPCNotification, extra?: MessageExtraInfo): void {
    const { requestId } = notice.params ?? {};
    if (notice.method === "notifications/cancelled" && isRequestId(requestId)) {
      this.#methods.delete(requestId);
      this.#session.subscriptions.unlisten(requestId);
    }
    this.onmessage?.(notice, extra);
  }

  #ask(message: JSONRPCRequest, extra?: MessageExtraInfo): void {
    const read = readRequest(message);
    if ("problem" in read) this.#refuse(message.id, read.problem);
    else if (!this.#isOld && hasVersion(read.request)) this.#askModern(read.request, extra);
    else {
      const { request } = read;
      this.#methods.set(request.id, request.method);
      this.onmessage?.(request.method === "initialize" ? this.#agree(request) : request, extra);
    }
  }

  #askModern(request: JSONRPCRequest, extra?: MessageExtraInfo): void {
    const problem = versionProblem(request);
    if (problem !== undefined) this.#refuse(request.id, problem);
    else if (request.method !== "subscriptions/listen") this.onmessage?.(request, extra);
    else this.#listen(request, extra);
  }

  /** The SDK answers a request to listen by itself, and tells nobody what to watch. */
  #listen(request: JSONRPCRequest, extra?: MessageExtraInfo): void {
    const { id } = request;
    this.#session.subscriptions.listen(id, topicsOf(request)).then(
      (uris) => uris && this.onmessage?.(narrowed(request, uris), extra),
      (error: Problem) => this.#refuse(id, error),
    );
  }

  #refuse(id: RequestId, { code, message, data }: Problem): void {
    const error = { code, message, ...(data === undefined ? {} : { data }) };
    this.#inner
      .send({ jsonrpc: "2.0", id, error }, { relatedRequestId: id })
      .catch((reason: Error) => this.onerror?.(reason));
  }
}

function isRequestId(value: unknown): value is RequestId {
  return typeof value === "string" || typeof value === "number";
}

function knownVersion(asked: unknown): string {
  return SUPPORTED_PROTOCOL_VERSIONS.find((version) => version === asked) ?? LATEST_PROTOCOL_VERSION;
}
