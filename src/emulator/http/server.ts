import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, ServerResponse } from "node:http";
import { type AddressInfo, isIP, type Socket } from "node:net";
import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { getRequestListener } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import type { ChaosRules } from "../chaos.ts";
import type { Tokens } from "../state/tokens.ts";
import { answerTo, failure, HttpError, said } from "./answer.ts";
import { type App, type Call, callerOf } from "./call.ts";
import { cutResponse, defaultBody, type RequestFault } from "./faults.ts";
import { Sockets, versionFor } from "./sockets.ts";

export interface ServerOptions {
  tokens: Tokens;
  faults: Pick<ChaosRules, "forRequest">;
}

/** The emulator's one HTTP server: platform-api and platform-monitoring on one port. */
export class HttpServer {
  readonly sockets = new Sockets();
  readonly #options: ServerOptions;
  readonly #server: Server = createServer({ keepAliveTimeout: 75_000 });
  readonly #connections = new Set<Socket>();
  #host = "127.0.0.1";
  #app: App;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#app = openApp(options);
    this.#server.on("request", (request, response) => this.#answer(request, response));
    this.#server.on("upgrade", (request, _socket, head) => this.#switch(request, head));
    this.#server.on("clientError", (_error, socket) => {
      if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
      else socket.destroy();
    });
    this.#server.on("connection", (socket) => {
      this.#connections.add(socket);
      socket.on("close", () => this.#connections.delete(socket));
      socket.on("error", () => socket.destroy());
    });
  }

  /** Starts to listen and returns the port. @throws if the port is taken. */
  async listen(port: number, host: string): Promise<number> {
    this.#host = host;
    this.#server.listen(port, host);
    await once(this.#server, "listening");
    // A TCP server's address is never a pipe's name.
    return (this.#server.address() as AddressInfo).port;
  }

  /** Answers with these routes from now on. */
  mount(register: (app: App) => void): void {
    const app = openApp(this.#options);
    register(app);
    this.#app = app;
  }

  async close(): Promise<void> {
    this.sockets.close();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#connections) socket.destroy();
    await closed;
  }

  /** Answers an upgrade request over HTTP unless a route takes the connection. */
  #switch(request: IncomingMessage, head: Buffer): void {
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(request.socket);
    response.on("finish", () => request.socket.end());
    this.#answer(request, response, head);
  }

  #answer(request: IncomingMessage, response: ServerResponse, head?: Buffer): void {
    response.setHeader("X-Service-Version", versionFor(request.url));
    const refused = siteFault(request, this.#host);
    const answer = getRequestListener(
      (asked, bindings) => (refused ? answerTo(refused) : this.#app.fetch(asked, { ...bindings, head })),
      {
        autoCleanupIncoming: false,
        overrideGlobalObjects: false,
        hostname: this.#host,
        errorHandler: () => answerTo(refused ?? failure(400, "Bad request target")),
      },
    );
    void answer(request, response);
  }
}

function openApp({ tokens, faults }: ServerOptions): App {
  // The path as it came: a client's library would tidy it, and so would a URL.
  const app: App = new Hono({ getPath: (_request, options) => pathOf(options?.env?.incoming) });
  app.use(async (call, next) => {
    const { incoming, outgoing, head } = call.env;
    const gone = new AbortController();
    (head === undefined ? outgoing : incoming.socket).once("close", () => gone.abort());
    call.set("signal", gone.signal);
    call.set("caller", () => callerOf(incoming, tokens));
    call.set("faults", faults.forRequest(incoming.method ?? "GET", call.req.path));
    await next();
    if (isHandshake(call) && call.res.status >= 400)
      call.header("X-Error", (await call.res.clone().text()).replace(/[^\x20-\x7e]/g, " ").trim());
  });
  app.use(misbehave);
  app.onError((error, { env }) => answerTo(error, env.incoming.url));
  app.notFound(({ req }) => answerTo(notRouted(methodsAt(app, req.path))));
  return app;
}

function pathOf({ url = "/" }: Partial<IncomingMessage> = {}): string {
  return url.replace(/^https?:\/\/[^/?#]*/i, "").replace(/\?.*$/s, "");
}

/** Whether the platform would repeat a refusal in a header. Source: protocol reference 2.5. */
function isHandshake({ env: { incoming, head } }: Call): boolean {
  const { connection, upgrade } = incoming.headers;
  return (
    head !== undefined && connection?.toLowerCase() === "upgrade" && upgrade?.toLowerCase() === "websocket"
  );
}

async function instead(fault: RequestFault, { socket }: IncomingMessage): Promise<Response | undefined> {
  if (fault.kind === "delay") await delay(fault.ms, undefined, { ref: false });
  if (fault.kind === "reset") socket.resetAndDestroy();
  if (fault.kind === "answer")
    return said(fault.body ?? defaultBody(fault.status), fault.status, fault.headers);
  return fault.kind === "drop" || fault.kind === "reset" ? RESPONSE_ALREADY_SENT : undefined;
}

/** Applies faults before the route, instead of it or to its answer. */
const misbehave = createMiddleware(async (call: Call, next) => {
  const { incoming, outgoing, head } = call.env;
  const { faults } = call.var;
  for (const fault of faults) {
    const answer = await instead(fault, incoming);
    if (answer !== undefined) return answer;
  }
  const losesAnswer = head === undefined && faults.some(({ kind }) => kind === "lose_answer");
  // Some routes write their answer themselves.
  cutResponse(outgoing, losesAnswer ? [{ kind: "cut", afterBytes: 0 }] : faults);
  await next();
  if (!losesAnswer) return undefined;
  await call.res.arrayBuffer();
  incoming.socket.resetAndDestroy();
  call.res = RESPONSE_ALREADY_SENT;
  return undefined;
});

function methodsAt({ router }: App, path: string): string[] {
  const methods = ["DELETE", "GET", "PATCH", "POST", "PUT"];
  return methods.filter((method) =>
    router.match(method, path)[0].some(([[, route]]) => route.method === method),
  );
}

/** 404 for an unknown path, 405 for an unknown method. Source: protocol reference 2.3. */
function notRouted(methods: readonly string[]): HttpError {
  if (methods.length === 0) return new HttpError(404, "404: Not Found");
  const allowed = methods.flatMap((method) => (method === "GET" ? [method, "HEAD"] : [method]));
  return new HttpError(405, "405: Method Not Allowed", { headers: { Allow: allowed.join(",") } });
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

/** Whether only programs of this machine reach a host. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/**
 * Refuses what a web page of somebody else sends through a browser: requests under a foreign name, which may have
 * been bound to this address, and requests that say they come from another origin. Returns why, if it does.
 */
function siteFault({ headers }: IncomingMessage, listensOn: string): HttpError | undefined {
  const asked = urlOf(`http://${headers.host ?? ""}`);
  if (
    asked === undefined ||
    asked.host === "" ||
    !isOwnName(asked.hostname.replace(/^\[|\]$/g, ""), listensOn)
  )
    return failure(403, "This host name is not the emulator's.");
  const { origin, "sec-fetch-site": from = "none", "sec-fetch-mode": mode } = headers;
  const isForeign = origin !== undefined && urlOf(origin)?.host !== asked.host;
  // Requests without an origin: a page may lead to the emulator, and embed or fetch nothing of it.
  const isEmbedded = !["none", "same-origin"].includes(String(from)) && mode !== "navigate";
  return isForeign || isEmbedded ? failure(403, "Requests of other web pages are refused.") : undefined;
}

/** IP addresses cannot be rebound; beyond loopback any of them may be this machine's. */
function isOwnName(name: string, listensOn: string): boolean {
  if (isLoopback(name)) return true;
  if (isLoopback(listensOn)) return false;
  return isIP(name) !== 0 || [listensOn, hostname()].some((own) => own.toLowerCase() === name);
}

function urlOf(text: string): URL | undefined {
  return /^https?:\/\/[^/?#@\\\s]+$/i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}
