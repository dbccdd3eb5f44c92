import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test as base } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { connectPlatform, type Login, type Platform, type ServerOptions } from "../../src/client/index.ts";
import { KEEP_ALIVE_MS } from "./busy.ts";
import { configOf, token } from "./jobs.ts";

type Answer = (response: ServerResponse, request: IncomingMessage, body: string) => unknown;
type Play = (socket: WebSocket, request: IncomingMessage) => unknown;

/** A platform whose answers a test writes; `/config` answers by itself. */
export interface PlatformStub {
  origin: string;
  /** `METHOD path?query` of every request but `/config`, in order. */
  seen: string[];
  /** Answers a request whose `METHOD path` begins like this; the latest rule wins. */
  on(start: string, answer: Answer): void;
  /** Plays a WebSocket whose path ends like this. */
  play(end: string, play: Play): void;
  login(more?: Partial<Login>): Login;
  connect(options?: ServerOptions & { login?: Login }): Platform;
  server: Server;
  /** Whether WebSockets answer pings by themselves. */
  autoPong: boolean;
  /** Answers a WebSocket's opening request with this raw text instead of playing it. */
  refuse(request: IncomingMessage): string | undefined;
  /** Origin that `/config` names for the monitoring service; its own by default. */
  monitoring: string;
}

/** `test` with a stub and a platform that talks to it; retries are off unless a test asks. */
export const test = base.extend<{ stub: PlatformStub; platform: Platform }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the fixture's needs off this parameter.
  stub: async ({}, use) => {
    const { stub, close } = await startStub();
    await use(stub);
    await close();
  },
  platform: async ({ stub }, use) => use(stub.connect()),
});

async function startStub(): Promise<{ stub: PlatformStub; close(): Promise<void> }> {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS });
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: (asked) => [...asked][0] ?? false });
  const answers: { start: string; answer: Answer }[] = [];
  const plays: { end: string; play: Play }[] = [];
  const platforms: Platform[] = [];
  const seen: string[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const name = `${request.method} ${request.url}`;
    if (name === "GET /api/v1/config") return reply(response, configOf(stub.monitoring));
    seen.push(name);
    const body = await text(request);
    const rule = answers.findLast(({ start }) => name.startsWith(start));
    if (rule === undefined) reply(response, { error: `no rule for ${name}` }, 500);
    else await rule.answer(response, request, body);
  };
  server.on("request", (request, response) => void serve(request, response));
  server.on("upgrade", (request, socket, head) => {
    seen.push(`${request.method} ${request.url}`);
    const path = (request.url ?? "").split("?")[0] ?? "";
    const refusal = stub.refuse(request);
    const rule = plays.findLast(({ end }) => path.endsWith(end));
    if (refusal !== undefined) socket.end(refusal);
    else if (rule === undefined) socket.end("HTTP/1.1 500 Internal Server Error\r\n\r\n");
    else sockets.handleUpgrade(request, socket, head, (ws) => void rule.play(ws, request));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // A listening TCP server has an address with a port.
  const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stub: PlatformStub = {
    origin: origin(),
    monitoring: origin(),
    seen,
    server,
    get autoPong() {
      return sockets.options.autoPong ?? true;
    },
    set autoPong(value) {
      sockets.options.autoPong = value;
    },
    refuse: () => undefined,
    on: (start, answer) => answers.push({ start, answer }),
    play: (end, play) => plays.push({ end, play }),
    login: (more = {}) => ({
      source: "token",
      url: `${origin()}/api/v1`,
      token: token("alice"),
      ...PLACE,
      ...more,
    }),
    connect({ login, ...options } = {}) {
      const platform = connectPlatform(login ?? stub.login(), { retries: 0, ...options });
      platforms.push(platform);
      return platform;
    },
  };
  return {
    stub,
    async close() {
      await Promise.all(platforms.map((platform) => platform.close()));
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

const PLACE = { cluster: "default", org: "acme", project: "vision" };

/** Answers with JSON. */
export function reply(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

/** Answers with one JSON value a line. */
export function replyLines(response: ServerResponse, values: unknown[]): void {
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  response.end(values.map((value) => `${JSON.stringify(value)}\n`).join(""));
}

async function text(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += chunk;
  return body;
}

export { expect } from "vitest";
export { JOB_ID, token, wireJob } from "./jobs.ts";
