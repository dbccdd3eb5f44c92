import { randomUUID } from "node:crypto";
import {
  isInitializeRequest,
  type Transport,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import type { Caller } from "../../operations/caller.ts";
import { type Extend, makeServer } from "../../server/index.ts";
import { type Offer, openSession, type ServerOptions } from "../../server/session.ts";
import { SessionTransport } from "../../server/session-transport.ts";
import { type Answer, errorResponse } from "./responses.ts";

const SESSION_HEADER = "mcp-session-id";
const VERSION_HEADER = "mcp-protocol-version";

export interface SessionLimits {
  /** A session that is not used for so long is closed. */
  idleMs: number;
  /** So many may be open at a time. */
  most: number;
}

interface Options extends ServerOptions {
  offer: Offer;
  limits: SessionLimits;
  extend?: Extend | undefined;
}

interface OpenSession {
  transport: WebStandardStreamableHTTPServerTransport;
  /** Requests that are being answered, streams among them. */
  open: number;
  usedAtMs: number;
}

/** Clients of the older era of one caller: in sessions, or each request alone. */
export class Sessions {
  readonly #caller: Caller;
  readonly #options: Options;
  readonly #sessions = new Map<string, OpenSession>();
  readonly #sweep: NodeJS.Timeout;

  constructor(caller: Caller, options: Options) {
    this.#caller = caller;
    this.#options = options;
    this.#sweep = setInterval(() => this.#closeIdle(), options.limits.idleMs / 4).unref();
  }

  get size(): number {
    return this.#sessions.size;
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

  async close(): Promise<void> {
    clearInterval(this.#sweep);
    await Promise.all(Array.from(this.#sessions.keys(), (id) => this.#close(id)));
  }

  async #answerIn(id: string, request: Request, body: unknown): Promise<Answer> {
    const session = this.#sessions.get(id);
    if (session === undefined) {
      const message = "There is no such session (any more): initialize again for a new one.";
      return { response: errorResponse(404, { code: -32001, message }) };
    }
    return this.#use(session, request, body);
  }

  async #open(request: Request, body: unknown): Promise<Answer> {
    if (this.#sessions.size >= this.#options.limits.most && !(await this.#closeIdlest())) {
      const message = `All ${this.#sessions.size} sessions are in use: try again later, or go on without one.`;
      const headers = { "retry-after": "30" };
      return { response: errorResponse(503, { code: -32000, message }, null, headers) };
    }
    const id = randomUUID();
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => id,
      onsessionclosed: () => void this.#sessions.delete(id),
    });
    await this.#connect(transport);
    const session = { transport, open: 0, usedAtMs: performance.now() };
    this.#sessions.set(id, session);
    const answer = await this.#use(session, request, body);
    // It was refused: nobody has learnt of the session.
    if (!answer.response.headers.has(SESSION_HEADER)) await this.#close(id);
    return answer;
  }

  async #use(session: OpenSession, request: Request, body: unknown): Promise<Answer> {
    session.open += 1;
    let isOver = false;
    const done = () => {
      if (isOver) return;
      isOver = true;
      session.open -= 1;
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
    const { offer, limits: _, extend, ...options } = this.#options;
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
    const server = makeServer(session, "legacy", extend);
    await server.connect(new SessionTransport(transport, session, version));
  }

  #closeIdle(): void {
    const before = performance.now() - this.#options.limits.idleMs;
    for (const [id, { open, usedAtMs }] of this.#sessions)
      if (open === 0 && usedAtMs < before) void this.#close(id);
  }

  async #closeIdlest(): Promise<boolean> {
    const idle = Array.from(this.#sessions).filter(([, { open }]) => open === 0);
    const [idlest] = idle.sort(([, one], [, other]) => one.usedAtMs - other.usedAtMs);
    if (idlest === undefined) return false;
    await this.#close(idlest[0]);
    return true;
  }

  async #close(id: string): Promise<void> {
    const session = this.#sessions.get(id);
    this.#sessions.delete(id);
    await session?.transport.close();
  }
}

function notAllowed(): Answer {
  const message = "Method not allowed: POST a message, or name the session to listen to.";
  return { response: errorResponse(405, { code: -32000, message }, null, { allow: "POST" }) };
}
