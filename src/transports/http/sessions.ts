import { randomUUID } from "node:crypto";
import {
  isInitializeRequest,
  type RequestId,
  type Transport,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import { field } from "../../json.ts";
import type { Caller } from "../../operations/caller.ts";
import { type Extend, makeServer } from "../../server/index.ts";
import { type Offer, openSession, type ServerOptions } from "../../server/session.ts";
import { SessionTransport } from "../../server/session-transport.ts";
import { type Answer, errorResponse } from "./responses.ts";
import type { OpenSession, Room } from "./room.ts";

const SESSION_HEADER = "mcp-session-id";
const VERSION_HEADER = "mcp-protocol-version";

interface Options extends ServerOptions {
  offer: Offer;
  room: Room;
  extend?: Extend | undefined;
}

/** Clients of the older era of one caller: in sessions, or each request alone. */
export class Sessions {
  readonly #caller: Caller;
  readonly #options: Options;
  readonly #room: Room;

  constructor(caller: Caller, options: Options) {
    this.#caller = caller;
    this.#options = options;
    this.#room = options.room;
  }

  /** Answers a request of a session, or one that opens a session; what comes without either is answered alone. */
  async answer(request: Request, body?: unknown): Promise<Answer> {
    const id = request.headers.get(SESSION_HEADER);
    if (id !== null) return this.#answerIn(id, request, body);
    if (request.method !== "POST") return notAllowed();
    return isInitializeRequest(body) ? this.#open(request, body) : this.answerAlone(request, body);
  }

  /** Answers a request for which nothing is kept. */
  async answerAlone(request: Request, body: unknown): Promise<Answer> {
    if (request.method !== "POST") return notAllowed();
    const transport = new WebStandardStreamableHTTPServerTransport();
    await this.#connect(transport, {
      version: request.headers.get(VERSION_HEADER) ?? undefined,
      isAlone: true,
    });
    const close = () => void transport.close();
    request.signal.addEventListener("abort", close, { once: true });
    return { response: await transport.handleRequest(request, { parsedBody: body }), over: close };
  }

  close(): Promise<void> {
    return this.#room.closeOf(this.#caller);
  }

  async #answerIn(id: string, request: Request, body: unknown): Promise<Answer> {
    const session = this.#room.find(id, this.#caller);
    if (session === undefined) {
      const message = "There is no such session (any more): initialize again for a new one.";
      return { response: errorResponse(404, { code: -32001, message }) };
    }
    const answer = await this.#use(session, request, body);
    const cancelled = cancelledIn(body);
    // The SDK answers no more, and would leave the stream of the call open as long as the session.
    if (cancelled !== undefined) session.transport.closeSSEStream(cancelled);
    return answer;
  }

  async #open(request: Request, body: unknown): Promise<Answer> {
    if (!(await this.#room.makeRoom())) {
      const message = `All ${this.#room.size} sessions are in use: try again later, or go on without one.`;
      const headers = { "retry-after": "30" };
      return { response: errorResponse(503, { code: -32000, message }, null, headers) };
    }
    const id = randomUUID();
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => id,
      onsessionclosed: () => this.#room.forget(id),
    });
    await this.#connect(transport);
    const session = { owner: this.#caller, transport, uses: 0, usedAtMs: performance.now() };
    this.#room.add(id, session);
    const answer = await this.#use(session, request, body);
    // It was refused: nobody has learnt of the session.
    if (!answer.response.headers.has(SESSION_HEADER)) await this.#room.close(id);
    return answer;
  }

  async #use(session: OpenSession, request: Request, body: unknown): Promise<Answer> {
    session.uses += 1;
    let isOver = false;
    const done = () => {
      if (isOver) return;
      isOver = true;
      session.uses -= 1;
      session.usedAtMs = performance.now();
    };
    try {
      const given = body === undefined ? {} : { parsedBody: body };
      return { response: await session.transport.handleRequest(request, given), over: done };
    } catch (error) {
      done();
      throw error;
    }
  }

  async #connect(
    transport: Transport,
    { version, isAlone = false }: { version?: string | undefined; isAlone?: boolean } = {},
  ): Promise<void> {
    const { offer, room: _, extend, ...options } = this.#options;
    const session = openSession(this.#caller, {
      ...options,
      offer,
      client: {
        updated: (uri) => server.sendResourceUpdated({ uri }),
        listChanged: () => server.sendResourceListChanged(),
      },
      listens: () => false,
      isOneClient: !isAlone,
    });
    const server = makeServer(session, "legacy", { extend, isAlone });
    await server.connect(new SessionTransport(transport, session, version));
  }
}

/** Which request a client gives up. */
function cancelledIn(body: unknown): RequestId | undefined {
  if (field(body, "method") !== "notifications/cancelled") return undefined;
  const id = field(field(body, "params"), "requestId");
  return typeof id === "string" || typeof id === "number" ? id : undefined;
}

function notAllowed(): Answer {
  const message = "Method not allowed: POST a message, or name the session to listen to.";
  return { response: errorResponse(405, { code: -32000, message }, null, { allow: "POST" }) };
}
