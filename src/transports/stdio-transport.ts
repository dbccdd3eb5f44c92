import type { Readable, Writable } from "node:stream";
import {
  type JSONRPCMessage,
  type JSONRPCRequest,
  ProtocolErrorCode,
  type RequestId,
  SUBSCRIPTION_ID_META_KEY,
  type Transport,
  type TransportSendOptions,
} from "@modelcontextprotocol/server";
import { log } from "../log.ts";
import { STOPPED_SENDING } from "../server/errors.ts";
import { Batch } from "./batch.ts";
import { type Message, type Mistake, readLine, readValue, refuse, refuseLong } from "./frames.ts";
import { LineSplitter, type LongLine } from "./line-splitter.ts";
import { Outbox } from "./outbox.ts";

/** A client that has this much to read itself is answered no further. */
const MAX_BACKLOG_BYTES = 4 * 1024 * 1024;
/** What it writes meanwhile is kept up to here: only by reading on is its end seen. */
const MAX_UNREAD_BYTES = 1024 * 1024;
/** Characters of a mistake that are logged. */
const LONGEST_REPORT = 300;
/** From this version on there are no batches. */
const WITHOUT_BATCHES = "2025-06-18";

interface Call {
  id: RequestId;
  batch: Batch | undefined;
}

/**
 * MCP over two streams, one message a line. Everything with an id gets an answer, even what cannot be read, to which
 * the SDK's own transport says nothing. When the input ends it knows which calls are still open.
 */
export class StdioTransport implements Transport {
  onmessage?: Transport["onmessage"];
  onclose?: () => void;
  onerror?: (error: Error) => void;
  readonly #input: Readable;
  readonly #output: Writable;
  readonly #outbox: Outbox;
  readonly #scrub: (text: string) => string;
  readonly #lines = new LineSplitter();
  readonly #unread: Buffer[] = [];
  /** The client's unanswered requests. */
  #calls: Call[] = [];
  /** Our own requests to the client. */
  readonly #asked = new Set<RequestId>();
  readonly #idle: (() => void)[] = [];
  #version: string | undefined;
  #hasEnded = false;
  /** Whether something came that is not JSON. */
  #hasNoise = false;

  /** `scrub` is for what is logged of the client's text. */
  constructor(input: Readable, output: Writable, scrub: (text: string) => string) {
    this.#input = input;
    this.#output = output;
    this.#outbox = new Outbox(output);
    this.#scrub = scrub;
  }

  start(): Promise<void> {
    this.#input.on("data", this.#onData);
    this.#output.on("drain", this.#read);
    return Promise.resolve();
  }

  /** Called with what `initialize` agreed on, before anything after it is read. */
  setProtocolVersion(version: string): void {
    this.#version = version;
  }

  /** The client will write no more: takes the last line, and answers our own requests in its place. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#read();
    this.#take(this.#lines.take());
    for (const id of this.#asked) this.#answerForClient(id);
  }

  /** Resolves when every call has its answer and the client has read it. */
  async idle(): Promise<void> {
    if (this.#calls.length > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    await this.#outbox.emptied();
  }

  send(message: JSONRPCMessage, options: TransportSendOptions = {}): Promise<void> {
    if (!("method" in message)) this.#answer(message);
    else {
      this.#outbox.send(message, keyOf(message, options));
      if ("id" in message) this.#ask(message.id);
    }
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#input.off("data", this.#onData).pause();
    this.#output.off("drain", this.#read);
    this.#outbox.close();
    this.onclose?.();
    return Promise.resolve();
  }

  readonly #onData = (chunk: Buffer) => {
    this.#unread.push(chunk);
    this.#read();
  };

  /** Takes what was written as long as the client reads, and all of it once that is no longer to be expected. */
  readonly #read = () => {
    while (this.#hasEnded || this.#outbox.backlog <= MAX_BACKLOG_BYTES) {
      const chunk = this.#unread.shift();
      if (chunk === undefined) break;
      for (const line of this.#lines.push(chunk)) this.#take(line);
    }
    if (this.#hasEnded) return;
    if (bytesOf(this.#unread) > MAX_UNREAD_BYTES) this.#input.pause();
    else this.#input.resume();
  };

  #take(line: string | LongLine): void {
    const frame = typeof line === "string" ? readLine(line) : refuseLong(line);
    if (frame === undefined) return;
    if ("batch" in frame) this.#takeBatch(frame.batch);
    else this.#receive(frame);
  }

  #takeBatch(values: readonly unknown[]): void {
    const frames = values.map(readValue);
    const isKnown = this.#version !== undefined && this.#version < WITHOUT_BATCHES;
    if (isKnown && frames.length > 0) {
      const batch = new Batch((answers) => this.#outbox.send(answers));
      for (const frame of frames) this.#receive(frame, batch);
      batch.settle();
      return;
    }
    const why = frames.length === 0 ? "a batch is empty" : "this version of the protocol has no batches";
    const ids = frames.map(idOf).filter((id) => id !== undefined && id !== null);
    for (const id of ids.length === 0 ? [null] : ids) this.#reject(refuse(id, why));
  }

  #receive(frame: Message | Mistake, batch?: Batch): void {
    if ("mistake" in frame) this.#reject(frame, batch);
    else if (isRequest(frame.message)) this.#open(frame.message, batch);
    else this.#hear(frame.message);
  }

  #reject({ mistake, answer }: Mistake, batch?: Batch): void {
    this.#report(mistake, answer?.error.code === ProtocolErrorCode.ParseError);
    if (answer === undefined) return;
    if (batch === undefined) this.#outbox.send(answer);
    else batch.add(answer);
  }

  #report(mistake: string, isNoise: boolean): void {
    if (isNoise && this.#hasNoise) return;
    this.#hasNoise ||= isNoise;
    const shown = this.#scrub(mistake).slice(0, LONGEST_REPORT);
    const more = isNoise ? " (other lines that are not JSON are answered without a word here)" : "";
    log("warning", `could not understand a message from the client: ${shown}${more}`);
  }

  #open(request: JSONRPCRequest, batch: Batch | undefined): void {
    if (batch !== undefined && request.method === "initialize") {
      this.#reject(refuse(request.id, "initialize cannot be part of a batch"), batch);
      return;
    }
    batch?.expect();
    // It stays open for as long as somebody listens, and that ends with the input.
    if (request.method !== "subscriptions/listen") this.#calls.push({ id: request.id, batch });
    this.onmessage?.(request);
  }

  #hear(message: JSONRPCMessage): void {
    if (!("method" in message) && message.id !== undefined) this.#asked.delete(message.id);
    this.onmessage?.(message);
    // The SDK sends no answer to a call that was cancelled.
    if ("method" in message && message.method === "notifications/cancelled")
      this.#settle(message.params?.requestId);
  }

  #answer(answer: Exclude<JSONRPCMessage, { method: string }>): void {
    if (answer.id !== undefined) this.#outbox.drop(progressKey(answer.id));
    if (!this.#settle(answer.id, answer)) this.#outbox.send(answer);
  }

  /** Closes a call. Returns whether its answer goes out with a batch. */
  #settle(id: unknown, answer?: object): boolean {
    const call = this.#calls.find((open) => open.id === id);
    if (call === undefined) return false;
    call.batch?.settle(answer);
    this.#calls = this.#calls.filter((open) => open !== call);
    if (this.#calls.length === 0) for (const resolve of this.#idle.splice(0)) resolve();
    return call.batch !== undefined;
  }

  #ask(id: RequestId): void {
    this.#asked.add(id);
    // The SDK expects the answer only once this call has returned.
    if (this.#hasEnded) queueMicrotask(() => this.#answerForClient(id));
  }

  #answerForClient(id: RequestId): void {
    if (!this.#asked.delete(id)) return;
    // Not a connection error: a question that nobody will answer is not one that cannot be asked.
    const error = { code: STOPPED_SENDING, message: "The client has stopped sending." };
    this.onmessage?.({ jsonrpc: "2.0", id, error });
  }
}

function bytesOf(chunks: readonly Buffer[]): number {
  return chunks.reduce((sum, { length }) => sum + length, 0);
}

function isRequest(message: JSONRPCMessage): message is JSONRPCRequest {
  return "method" in message && "id" in message;
}

/** The id of what wants an answer. */
function idOf(frame: Message | Mistake): RequestId | null | undefined {
  if ("mistake" in frame) return frame.answer?.id;
  return isRequest(frame.message) ? frame.message.id : undefined;
}

/** The key of a message of which only the newest matters. */
function keyOf(message: JSONRPCMessage, { relatedRequestId }: TransportSendOptions): string | undefined {
  if (!("method" in message) || "id" in message) return undefined;
  const { method, params } = message;
  if (method === "notifications/resources/updated" || method.endsWith("/list_changed")) {
    const listener = params?._meta?.[SUBSCRIPTION_ID_META_KEY];
    return JSON.stringify([method, params?.uri, listener]);
  }
  const isProgress = method === "notifications/progress" && relatedRequestId !== undefined;
  return isProgress ? progressKey(relatedRequestId) : undefined;
}

function progressKey(id: RequestId): string {
  return `progress ${typeof id} ${id}`;
}
