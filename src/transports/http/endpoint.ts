import { randomUUID } from "node:crypto";
import {
  createMcpHandler,
  InMemoryServerEventBus,
  isLegacyRequest,
  type JSONRPCRequest,
  type McpHttpHandler,
} from "@modelcontextprotocol/server";
import { log } from "../../log.ts";
import type { Caller } from "../../operations/caller.ts";
import { type Extend, makeServer } from "../../server/index.ts";
import { narrowed, type Problem, readRequest, topicsOf } from "../../server/request.ts";
import { type Offer, openSession, type ServerOptions, type Session } from "../../server/session.ts";
import { type Answer, errorResponse } from "./responses.ts";
import type { Room } from "./room.ts";
import { Sessions } from "./sessions.ts";

/** The most streams of changes that one caller listens to at a time. */
const MOST_LISTENING = 256;

export interface EndpointOptions extends ServerOptions {
  /** Clients of the older era get no sessions, and so are told of no changes. */
  stateless: boolean;
  /** For tests of the protocol. */
  extend?: Extend;
}

/**
 * What one caller reaches over HTTP. In the new era each request stands alone; in the old one a client gets a
 * session when it initializes, and what comes without one is answered alone, too.
 */
export class Endpoint {
  readonly #session: Session;
  readonly #modern: McpHttpHandler;
  readonly #sessions: Sessions;
  readonly #isStateless: boolean;

  constructor(
    caller: Caller,
    { stateless, room, extend, ...options }: EndpointOptions & { offer: Offer; room: Room },
  ) {
    const bus = new InMemoryServerEventBus(report);
    this.#session = openSession(caller, {
      ...options,
      client: {
        updated: async (uri) => bus.publish({ kind: "resource_updated", uri }),
        listChanged: async () => bus.publish({ kind: "resources_list_changed" }),
      },
      listens: () => true,
      isOneClient: false,
    });
    this.#modern = createMcpHandler(() => makeServer(this.#session, "modern", { extend }), {
      ...{ bus, legacy: "reject", maxSubscriptions: MOST_LISTENING, onerror: report },
    });
    this.#isStateless = stateless;
    this.#sessions = new Sessions(caller, { ...options, room, extend });
  }

  /** Answers a request; `body` is what it carries, read already, and undefined where it carries nothing. */
  async answer(request: Request, body: unknown): Promise<Answer> {
    if (request.method !== "POST") return this.#sessions.answer(request);
    if (!(await isLegacyRequest(request, body))) return this.#answerModern(request, body);
    return this.#isStateless
      ? this.#sessions.answerAlone(request, body)
      : this.#sessions.answer(request, body);
  }

  async close(): Promise<void> {
    await Promise.all([this.#modern.close(), this.#sessions.close()]);
    this.#session.close();
  }

  async #answerModern(request: Request, body: unknown): Promise<Answer> {
    if (!isRequest(body)) return { response: await this.#modern.fetch(request, { parsedBody: body }) };
    const read = readRequest(body);
    if ("problem" in read) return { response: errorResponse(200, read.problem, body.id) };
    if (isListening(body)) return this.#listen(request, read.request);
    return { response: await this.#modern.fetch(request, { parsedBody: read.request }) };
  }

  /** The SDK answers a request to listen by itself, and tells nobody what to watch. */
  async #listen(request: Request, message: JSONRPCRequest): Promise<Answer> {
    const { subscriptions } = this.#session;
    // Several clients of one caller number their requests alike.
    const id = randomUUID();
    const over = () => subscriptions.unlisten(id);
    request.signal.addEventListener("abort", over, { once: true });
    try {
      // Nobody is left to be told where it has ended meanwhile.
      const uris = (await subscriptions.listen(id, topicsOf(message))) ?? [];
      return { response: await this.#modern.fetch(request, { parsedBody: narrowed(message, uris) }), over };
    } catch (error) {
      over();
      if (isProblem(error)) return { response: errorResponse(200, error, message.id) };
      throw error;
    }
  }
}

/** Whether a message asks to be told of changes: its answer ends when nobody listens any more. */
export function isListening(body: unknown): boolean {
  return isRequest(body) && body.method === "subscriptions/listen";
}

function isRequest(body: unknown): body is JSONRPCRequest {
  return typeof body === "object" && body !== null && "method" in body && "id" in body;
}

function isProblem(error: unknown): error is Problem {
  return error instanceof Error && "code" in error && typeof error.code === "number";
}

function report(error: Error): void {
  log("debug", `http: ${error.message}`);
}
