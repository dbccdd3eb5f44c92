import { once } from "node:events";
import {
  createServer as createHttp,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createHttps } from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { getRequestListener } from "@hono/node-server";
import {
  hostHeaderValidationResponse,
  localhostAllowedHostnames,
  originValidationResponse,
  readRequestBody,
} from "@modelcontextprotocol/server";
import { log } from "../../log.ts";
import type { Caller } from "../../operations/caller.ts";
import { withoutNulls } from "../../server/nulls.ts";
import { makeOffer, type Offer } from "../../server/session.ts";
import { Endpoint, type EndpointOptions, isListening } from "./endpoint.ts";
import { errorResponse, sent } from "./responses.ts";
import { Room, type SessionLimits } from "./room.ts";
import type { Admitted } from "./who.ts";

const MCP_PATH = "/mcp";
const MOST_BODY_BYTES = 4 * 1024 * 1024;
const REQUEST_MS = 30_000;
/** How often it is looked for requests that take too long to come, at most. */
const CHECK_MS = 5000;
const TOO_LARGE =
  "The request has more than 4 MiB, so nothing of it was done. Pass large data on a volume, or in pieces: several " +
  "job_exec, each of which appends its stdin to a file (cat >> FILE).";

/** Who is let in: a caller, in use until `done`, or the answer to somebody who is not. */
type Admission = Admitted | Response;

export interface HttpOptions extends EndpointOptions {
  /** Of clients of the older era. */
  sessions: SessionLimits;
  host: string;
  port: number;
  /** Names, beside those of this machine, under which the server is reached. */
  allowedHosts: readonly string[];
  /** Whether any name will do: whoever calls must know a secret, so a web page that points here learns nothing. */
  anyHost: boolean;
  tls?: { cert: string; key: string } | undefined;
  /** A request must have come whole by then. */
  requestMs?: number;
  /** How long what is being answered may still take once the server is told to end. */
  drainMs: number;
  admit(request: Request): Promise<Admission>;
  /** Pages beside MCP, by path. */
  pages: Readonly<Record<string, (request: Request) => Promise<Response> | Response>>;
}

export interface HttpServer {
  url: string;
  /** How many old clients have a session. */
  sessions(): number;
  /** Ends it: takes nothing new, answers what is open for at most `drainMs`, then ends all that listens. */
  close(): Promise<void>;
}

/** Serves MCP over HTTP to any number of callers. @throws in words, if the port cannot be had */
export async function openHttp(options: HttpOptions): Promise<HttpServer> {
  const service = new HttpService(options);
  const listener = getRequestListener((request) => service.fetch(request), { overrideGlobalObjects: false });
  const server = listen(options, listener);
  await once(server, "listening").catch((cause: unknown) => {
    throw new Error(whyNotThere(options, cause), { cause });
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `${options.tls === undefined ? "http" : "https"}://${nameOf(options)}:${port}${MCP_PATH}`,
    sessions: () => service.sessions,
    async close() {
      const closed = once(server, "close");
      server.close();
      await service.drain(options.drainMs);
      server.closeAllConnections();
      await closed;
    },
  };
}

/** As it stands in an address. */
function nameOf({ host }: HttpOptions): string {
  return host.includes(":") ? `[${host}]` : host;
}

function whyNotThere({ host, port }: HttpOptions, cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "EADDRINUSE")
    return `port ${port} of ${host} is taken: choose another, e.g. --port ${port + 1}`;
  if (code === "EACCES")
    return `port ${port} needs rights that this process lacks: choose one above 1023 by --port`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND")
    return `this machine has no address ${host}: choose another by --host (0.0.0.0: all of them)`;
  return cause instanceof Error ? cause.message : String(cause);
}

type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => unknown;

function listen({ host, port, tls, requestMs = REQUEST_MS }: HttpOptions, listener: Listener): Server {
  const limits = {
    requestTimeout: requestMs,
    headersTimeout: requestMs,
    connectionsCheckingInterval: Math.min(CHECK_MS, requestMs),
  };
  const server = tls === undefined ? createHttp(limits) : createHttps({ ...tls, ...limits });
  server.on("request", (incoming, outgoing) => {
    // A connection that was in use when the server was told to end would bring one call after the other.
    if (!server.listening) outgoing.shouldKeepAlive = false;
    void listener(incoming, outgoing);
  });
  return server.listen(port, host);
}

class HttpService {
  readonly #options: HttpOptions;
  readonly #names: string[];
  readonly #room: Room;
  readonly #endpoints = new WeakMap<Caller, Endpoint>();
  readonly #open = new Set<Endpoint>();
  /** Callers have one policy; the schemas of its tools take 10 ms to make. */
  #offer: Offer | undefined;
  #answering = 0;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#room = new Room(options.sessions);
    this.#names = [...localhostAllowedHostnames(), nameOf(options), ...options.allowedHosts];
  }

  async fetch(request: Request): Promise<Response> {
    try {
      return await this.#route(request);
    } catch (error) {
      // Whoever went away while it was being read is no bug.
      const level = request.signal.aborted ? "debug" : "error";
      log(level, `http: ${error instanceof Error ? error.stack : String(error)}`);
      return errorResponse(500, {
        code: -32603,
        message: "internal_error: the server's log has the details.",
      });
    }
  }

  async #route(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const page = this.#options.pages[pathname];
    if (page !== undefined) return page(request);
    const foreign = this.#foreign(request);
    if (foreign !== undefined) return foreign;
    if (pathname !== MCP_PATH) return new Response(`Not found: MCP is at ${MCP_PATH}.\n`, { status: 404 });
    const admission = await this.#options.admit(request);
    return admission instanceof Response ? admission : this.#answer(request, admission);
  }

  /** A web page that was opened here under another name, or from elsewhere. */
  #foreign(request: Request): Response | undefined {
    const host = this.#options.anyHost ? undefined : hostHeaderValidationResponse(request, this.#names);
    return host ?? originValidationResponse(request, this.#names);
  }

  async #answer(request: Request, admitted: Admitted): Promise<Response> {
    let isCounted = false;
    const over = () => {
      if (isCounted) this.#answering -= 1;
      admitted.done();
    };
    try {
      const read = await readBody(request);
      if (read instanceof Response) return sent({ response: read, over });
      const refused = Array.isArray(read.body) ? await admitted.charge(read.body.length - 1) : undefined;
      if (refused !== undefined) return sent({ response: refused, over });
      // What only listens is not waited for.
      isCounted = request.method !== "GET" && !isListening(read.body);
      if (isCounted) this.#answering += 1;
      const answer = await this.#endpointOf(admitted).answer(request, read.body);
      return sent({
        ...answer,
        over: () => {
          answer.over?.();
          over();
        },
      });
    } catch (error) {
      over();
      throw error;
    }
  }

  #endpointOf({ caller, closed }: Admitted): Endpoint {
    const known = this.#endpoints.get(caller);
    if (known !== undefined) return known;
    this.#offer ??= makeOffer(caller, this.#options);
    const endpoint = new Endpoint(caller, { ...this.#options, offer: this.#offer, room: this.#room });
    this.#endpoints.set(caller, endpoint);
    this.#open.add(endpoint);
    const close = () => {
      this.#open.delete(endpoint);
      void endpoint.close();
    };
    closed.addEventListener("abort", close, { once: true });
    return endpoint;
  }

  get sessions(): number {
    return this.#room.size;
  }

  /** Waits for what is being answered, then ends everything. */
  async drain(ms: number): Promise<void> {
    const endMs = performance.now() + ms;
    while (this.#answering > 0 && performance.now() < endMs) await sleep(50);
    await Promise.all(Array.from(this.#open, (endpoint) => endpoint.close()));
    this.#room.end();
  }
}

function meant(message: unknown): unknown {
  return typeof message === "object" && message !== null ? withoutNulls(message) : message;
}

/** The JSON that a request carries; undefined if it carries nothing. */
async function readBody(request: Request): Promise<{ body: unknown } | Response> {
  if (request.method !== "POST") return { body: undefined };
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json\s*(;|$)/i.test(type))
    return errorResponse(415, { code: -32000, message: "Unsupported media type: POST application/json." });
  const read = isKnownToFit(request)
    ? { tooLarge: false as const, text: await request.text() }
    : await readRequestBody(request, MOST_BODY_BYTES);
  if (read.tooLarge)
    return errorResponse(413, { code: -32000, message: TOO_LARGE }, null, { connection: "close" });
  try {
    const body: unknown = JSON.parse(read.text);
    return { body: Array.isArray(body) ? body.map(meant) : meant(body) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return errorResponse(400, { code: -32700, message: `not JSON: ${why}` });
  }
}

/** Node takes no more of a body than its length says; so nothing has to be counted, which costs more than the reading. */
function isKnownToFit({ headers }: Request): boolean {
  const length = headers.get("content-length");
  return length !== null && headers.get("transfer-encoding") === null && Number(length) <= MOST_BODY_BYTES;
}
