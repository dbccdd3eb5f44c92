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
import { hasVersion, narrowed, type Problem, readRequest, topicsOf } from "./request.ts";
import type { Session } from "./session.ts";
import { clientCapabilities, errorFor, noticeFor, resultFor } from "./versions.ts";

/** Sits between a transport and the SDK, and speaks to each session in the version that it agreed on. */
export class SessionTransport implements Transport {
  onmessage?: Transport["onmessage"];
  onclose?: () => void;
  onerror?: (error: Error) => void;
  readonly #inner: Transport;
  readonly #session: Session;
  /** Methods of unanswered requests that did not bring a version of their own, by id. */
  readonly #methods = new Map<RequestId, string>();
  /** Requests that listen. */
  readonly #listening = new Set<RequestId>();
  #version: string;

  /** The session ends with the connection. `version` is the one of a request that comes without a session. */
  constructor(inner: Transport, session: Session, version?: string) {
    this.#inner = inner;
    this.#session = session;
    this.#version = knownVersion(version);
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
      return params === undefined || "id" in message
        ? message
        : { ...message, params: noticeFor(this.#version, method, params) };
    }
    const method = message.id === undefined ? undefined : this.#methods.get(message.id);
    if (message.id === undefined || method === undefined) return message;
    this.#methods.delete(message.id);
    return "result" in message
      ? { ...message, result: resultFor(this.#version, method, message.result) }
      : { ...message, error: errorFor(method, message.error) };
  }

  /** Settles the version at once, by the SDK's own rule: the client may use it before it has the answer. */
  #agree(request: JSONRPCRequest): JSONRPCRequest {
    const { params = {} } = request;
    this.#version = knownVersion(params.protocolVersion);
    this.#inner.setProtocolVersion?.(this.#version);
    const capabilities = clientCapabilities(this.#version, params.capabilities);
    return { ...request, params: { ...params, capabilities } };
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
      if (this.#listening.delete(requestId)) this.#session.subscriptions.unlisten(requestId);
    }
    this.onmessage?.(notice, extra);
  }

  #ask(message: JSONRPCRequest, extra?: MessageExtraInfo): void {
    const read = readRequest(message);
    if ("problem" in read) this.#refuse(message.id, read.problem);
    else if (hasVersion(read.request)) this.#askModern(read.request, extra);
    else {
      const { request } = read;
      this.#methods.set(request.id, request.method);
      this.onmessage?.(request.method === "initialize" ? this.#agree(request) : request, extra);
    }
  }

  /** The SDK answers a request to listen by itself, and tells nobody what to watch. */
  #askModern(request: JSONRPCRequest, extra?: MessageExtraInfo): void {
    if (request.method !== "subscriptions/listen") {
      this.onmessage?.(request, extra);
      return;
    }
    const { id } = request;
    this.#listening.add(id);
    this.#session.subscriptions.listen(id, topicsOf(request)).then(
      (uris) => {
        if (this.#listening.has(id)) this.onmessage?.(narrowed(request, uris), extra);
      },
      (error: Problem) => this.#listening.delete(id) && this.#refuse(id, error),
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
