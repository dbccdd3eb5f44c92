import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { argsOf, type Script, type WireCase, type WireFrame, type WireRequest } from "./case.ts";

/** A loopback server that answers as a case's script says and records what it was asked. */
export interface Responder {
  origin: string;
  /** Requests since the last `play`. */
  requests: WireRequest[];
  play(wireCase: WireCase): void;
  /** Waits until every WebSocket is closed: all that was sent on it has been recorded. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

const SAVED = [
  { status: "CommitStarted", details: { container: "0".repeat(64), image: "registry/saved:latest" } },
  { status: "CommitFinished" },
];

export async function startResponder(config: unknown): Promise<Responder> {
  const server = createServer();
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: (asked) => [...asked][0] ?? false,
  });
  let current: WireCase | undefined;
  const requests: WireRequest[] = [];
  const playing: Promise<unknown>[] = [];
  const scriptNow = () => scriptOf(current, requests.length - 1);
  server.on("request", (request, response) => {
    void read(request).then((body) => {
      if (current === undefined) {
        json(response, 200, withOrigin(config, originOf(server)));
        return;
      }
      requests.push(record(request, body));
      answer(response, current, scriptNow());
    });
  });
  server.on("upgrade", (request, socket: Duplex, head: Buffer) => {
    const recorded = { ...record(request, ""), frames: [] as WireFrame[] };
    requests.push(recorded);
    const script = scriptNow();
    if (script.error !== undefined) refuse(socket, script.error);
    else
      sockets.handleUpgrade(request, socket, head, (ws) => {
        playing.push(once(ws, "close"), playFrames(ws, script, recorded.frames));
      });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: originOf(server),
    requests,
    play(wireCase) {
      current = wireCase;
      requests.length = 0;
      playing.length = 0;
    },
    async settled() {
      await Promise.all(playing);
    },
    async close() {
      for (const ws of sockets.clients) ws.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function scriptOf(wireCase: WireCase | undefined, index: number): Script {
  const script = wireCase?.script ?? {};
  return Array.isArray(script) ? (script[index] ?? script.at(-1) ?? {}) : script;
}

function answer(response: ServerResponse, wireCase: WireCase, script: Script): void {
  if (script.error !== undefined) {
    const [status, body, contentType] = script.error;
    response.writeHead(status, { "content-type": contentType }).end(body);
    return;
  }
  const { method } = argsOf(wireCase);
  if (script.lines !== undefined) lines(response, script.lines);
  else if (script.job !== undefined) json(response, 200, script.job);
  else if (wireCase.response !== undefined) json(response, 202, wireCase.response);
  else if (method === "save") lines(response, SAVED);
  else if (/capacity/.test(method)) json(response, 200, wireCase.result);
  else response.writeHead(204).end();
}

function lines(response: ServerResponse, values: unknown[]): void {
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  for (const value of values)
    response.write(typeof value === "string" ? `${value}\n` : `${JSON.stringify(value)}\n`);
  response.end();
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

function refuse(socket: Duplex, [status, body, contentType]: NonNullable<Script["error"]>): void {
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Error"}`,
    `Content-Type: ${contentType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(body === "" ? [] : [`X-Error: ${body.replaceAll(/[\r\n]+/g, " ")}`]),
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, "utf8");
}

async function playFrames(ws: WebSocket, { send = [] }: Script, frames: WireFrame[]): Promise<void> {
  let awaited = 0;
  let wake: () => void = () => undefined;
  ws.on("message", (data: Buffer, isBinary) => {
    frames.push(
      isBinary ? { type: "BINARY", hex: data.toString("hex") } : { type: "TEXT", text: data.toString() },
    );
    wake();
  });
  const closed = once(ws, "close");
  for (const { hex, text, wait_input } of send) {
    awaited += wait_input === undefined ? 0 : Number(wait_input) || 1;
    while (frames.length < awaited && ws.readyState === ws.OPEN) {
      const input = new Promise<void>((resolve) => {
        wake = resolve;
      });
      await Promise.race([input, closed]);
    }
    if (hex !== undefined) ws.send(Buffer.from(hex, "hex"), { binary: true });
    if (text !== undefined) ws.send(text, { binary: false });
  }
  ws.close(1000);
}

function record(request: IncomingMessage, body: string): WireRequest {
  const { pathname, searchParams } = splitUrl(request.url ?? "/");
  const { authorization } = request.headers;
  return {
    method: request.method ?? "",
    path: pathname,
    query: [...searchParams],
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
    ),
    ...(authorization === undefined ? {} : { auth: authorization }),
    ...(body === "" ? {} : { json: JSON.parse(body) as unknown }),
  };
}

/** The raw path: URL would normalise it. */
function splitUrl(url: string): { pathname: string; searchParams: URLSearchParams } {
  const mark = url.indexOf("?");
  const pathname = mark < 0 ? url : url.slice(0, mark);
  return { pathname, searchParams: new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1)) };
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function originOf(server: Server): string {
  // A listening TCP server has an address with a port.
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

function withOrigin(config: unknown, origin: string): unknown {
  return JSON.parse(JSON.stringify(config).replaceAll("http://127.0.0.1:PORT", origin));
}
