import { createServer, type IncomingMessage, type Server, ServerResponse } from "node:http";
import { type AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { Tokens } from "../state/tokens.ts";
import { answerTo, refuseUpgrade, send } from "./answer.ts";
import { callerOf, unauthorized } from "./authenticate.ts";
import { cutResponse, cutSocket } from "./cut.ts";
import { defaultBody, type FaultSource, type RequestFault } from "./faults.ts";
import { notRouted, routedMethod } from "./methods.ts";
import { type Answer, type ApiCall, type ApiRoute, type Match, openRouter, type Router } from "./router.ts";
import { checkSite } from "./same-site.ts";
import type { SocketEndpoint } from "./socket-endpoint.ts";
import { openSockets, type Sockets, type Upgrade } from "./sockets.ts";
import { isTarget, type Target, targetOf } from "./target.ts";
import { versionFor } from "./version.ts";

export interface ServerOptions {
  tokens: Tokens;
  faults: FaultSource;
}

/** What the server answers with. */
export interface Mounted {
  routes: readonly ApiRoute[];
  endpoints: readonly SocketEndpoint[];
  /** Takes what is for a job's published port; false if it is for something else. @throws {HttpError} */
  published: {
    request(request: IncomingMessage, response: ServerResponse, target: Target): boolean;
    upgrade(request: IncomingMessage, socket: Duplex, target: Target & { head: Buffer }): boolean;
  };
}

/** The emulator's one HTTP server: platform-api and platform-monitoring on one port. */
export class HttpServer {
  readonly #options: ServerOptions;
  readonly #server: Server;
  readonly #sockets: Sockets = openSockets();
  readonly #connections = new Set<Socket>();
  #host = "127.0.0.1";
  #routes: Router<ApiRoute> = openRouter<ApiRoute>([]);
  #endpoints: Router<SocketEndpoint> = openRouter<SocketEndpoint>([]);
  #published: Mounted["published"] | undefined;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#server = createServer({ keepAliveTimeout: 75_000 });
    this.#server.on("request", (request, response) => void this.#serve(request, response));
    this.#server.on("upgrade", (request, socket, head) => this.#switch({ request, socket, head }));
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
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, host, resolve);
    });
    // A TCP server's address is never a pipe's name.
    return (this.#server.address() as AddressInfo).port;
  }

  mount({ routes, endpoints, published }: Mounted): void {
    this.#routes = openRouter(routes);
    this.#endpoints = openRouter(endpoints);
    this.#published = published;
  }

  async close(): Promise<void> {
    this.#sockets.close();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#connections) socket.destroy();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader("X-Service-Version", versionFor(request.url));
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    response.on("error", () => gone.abort());
    try {
      checkSite(request, this.#host);
      const target = targetOf(request.url);
      const faults = this.#options.faults.forRequest(request.method ?? "GET", target.path);
      if (await misbehave(faults, request, (answer) => send(response, answer))) return;
      const losesAnswer = faults.some(({ kind }) => kind === "lose_answer");
      // Some routes write their answer themselves.
      cutResponse(response, losesAnswer ? [{ kind: "cut", afterBytes: 0 }] : faults);
      if (this.#published?.request(request, response, target) === true) return;
      const answer = await this.#answer({ request, response, target, signal: gone.signal });
      if (losesAnswer) request.socket.resetAndDestroy();
      else if (answer !== undefined) send(response, answer);
    } catch (error) {
      send(response, answerTo(error, request));
    }
  }

  async #answer(
    from: Omit<ApiCall, "user" | "params" | "query"> & { target: Target },
  ): Promise<Answer | undefined> {
    const { request, target } = from;
    const method = routedMethod(request.method);
    const match = this.#routes.find(target.segments).find(({ route }) => route.method === method);
    if (match === undefined) return this.#plainEndpoint(from);
    const { route, params } = match;
    const user = route.auth === "none" ? undefined : callerOf(request, target.query, this.#options.tokens);
    if (route.auth === "needed" && user === undefined) throw unauthorized();
    return route.handle({ ...from, user: user ?? "", params, query: target.query });
  }

  /** A socket's path without a handshake: every other check comes first. */
  async #plainEndpoint(from: {
    request: IncomingMessage;
    target: Target;
    signal: AbortSignal;
  }): Promise<Answer> {
    const { request, target, signal } = from;
    const { route, params } = this.#endpoint(request, target);
    const caller = () => callerOf(request, target.query, this.#options.tokens);
    const call = { request, params, query: target.query, caller, signal };
    await route.open(call, route.admit(call));
    const offered = request.headers.upgrade ?? "None";
    return {
      status: 400,
      text: `No WebSocket UPGRADE hdr: ${offered}\n Can "Upgrade" only to "WebSocket".`,
    };
  }

  /** @throws {HttpError} if no socket has this path, or none has this method. */
  #endpoint(request: IncomingMessage, { segments }: Target): Match<SocketEndpoint> {
    const found = this.#endpoints.find(segments);
    const method = routedMethod(request.method);
    const match = found.find(({ route }) => route.methods.includes(method));
    if (match !== undefined) return match;
    const plain = this.#routes.find(segments).map(({ route }) => route.method);
    throw notRouted([...plain, ...found.flatMap(({ route }) => route.methods)]);
  }

  /** Whoever offers another protocol than WebSocket, or where there are none, is answered in this one. */
  #switch(upgrade: Upgrade): void {
    const { request, socket } = upgrade;
    const wanted = request.headers.upgrade?.toLowerCase() === "websocket" && !this.#isPlain(request);
    if (wanted || !(socket instanceof Socket)) {
      void this.#upgrade(upgrade);
      return;
    }
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.on("finish", () => socket.end());
    void this.#serve(request, response);
  }

  #isPlain({ url }: IncomingMessage): boolean {
    if (!isTarget(url)) return false;
    const { segments } = targetOf(url);
    return this.#endpoints.find(segments).length === 0 && this.#routes.find(segments).length > 0;
  }

  async #upgrade(upgrade: Upgrade): Promise<void> {
    const { request, socket } = upgrade;
    const gone = new AbortController();
    socket.on("close", () => gone.abort());
    socket.on("error", () => socket.destroy());
    const refuse = (answer: Answer) =>
      refuseUpgrade(socket, request, { ...answer, version: versionFor(request.url) });
    try {
      checkSite(request, this.#host);
      const target = targetOf(request.url);
      const faults = this.#options.faults.forRequest(request.method ?? "GET", target.path);
      if (await misbehave(faults, request, refuse)) return;
      if (this.#published?.upgrade(request, socket, { ...target, head: upgrade.head }) === true) return;
      const { route, params } = this.#endpoint(request, target);
      const caller = () => callerOf(request, target.query, this.#options.tokens);
      const call = { request, params, query: target.query, caller, signal: gone.signal };
      const serve = await route.open(call, route.admit(call));
      this.#sockets.accept(upgrade, route, (webSocket) => {
        cutSocket(webSocket, faults);
        return serve(webSocket);
      });
    } catch (error) {
      refuse(answerTo(error, request));
    }
  }
}

/** Does what the faults say before the route is asked; true if that settles the request. */
async function misbehave(
  faults: readonly RequestFault[],
  request: IncomingMessage,
  answer: (answer: Answer) => void,
): Promise<boolean> {
  for (const fault of faults) {
    if (fault.kind === "delay") await delay(fault.ms, undefined, { ref: false });
    if (fault.kind === "reset") request.socket.resetAndDestroy();
    if (fault.kind === "answer") answer(madeUp(fault));
    if (["drop", "reset", "answer"].includes(fault.kind)) return true;
  }
  return false;
}

function madeUp({ status, body, headers }: Extract<RequestFault, { kind: "answer" }>): Answer {
  const shown = body ?? defaultBody(status);
  return {
    status,
    ...(typeof shown === "string" ? { text: shown } : { json: shown }),
    ...(headers === undefined ? {} : { headers }),
  };
}
