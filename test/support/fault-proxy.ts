import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { connectPlatform, loginFromPassedConfig, type Platform } from "../../src/client/index.ts";
import type { Emulator } from "../../src/emulator/index.ts";
import { KEEP_ALIVE_MS } from "./busy.ts";
import { type Harm, holdFor, Shaper } from "./shaper.ts";

/** Which requests a fault strikes: all that match, or `times` of them after the first `skip`. */
interface Matching {
  method?: string;
  /** Tested on path and query. */
  path?: RegExp;
  skip?: number;
  times?: number;
}

/** What goes wrong with one request or its answer; several may be combined. */
export interface Fault extends Matching {
  /** The request goes on only after so long, or when this resolves; also when whoever sent it has gone. */
  before?: number | Promise<unknown>;
  /** Instead of the platform's work: no answer at all, a reset connection, or this answer. */
  instead?: "silence" | "reset" | { status: number; headers?: Record<string, string>; body?: string };
  /** The platform does its work; the answer is held so long or until this resolves, or lost with the connection. */
  answer?: number | Promise<unknown> | "lost";
  /** What happens to the bytes of the answer's body, of a WebSocket after the handshake. */
  after?: Harm;
  /** The `Date` of the answer is off by so much. */
  clockMs?: number;
  /** The platform lies: the whole body is rewritten. Not for WebSockets and endless answers. */
  body?: (text: string) => string;
  headers?: Record<string, string>;
}

interface SeenRequest {
  method: string;
  /** Path and query. */
  path: string;
  atMs: number;
}

type Chooser = (request: { method: string; path: string }) => Fault | undefined;

/** A real proxy between a client and the emulator, which harms what passes as it is told. */
export interface FaultProxy {
  origin: string;
  /** The emulator's login, led through the proxy. */
  passedConfig: string;
  /** A platform that is connected through the proxy; closed with the test. */
  platform(): Platform;
  /** Adds a fault; call the result to take it back. A request is harmed by the first fault that matches. */
  add(fault: Fault): () => void;
  clear(): void;
  /** Decides for each request that no added fault strikes. */
  choose(chooser: Chooser | undefined): void;
  /** Every request that reached the proxy, oldest first. */
  seen: SeenRequest[];
  /** Resolves with the next request (or one already seen) that matches. */
  sees(matching: Pick<Matching, "method" | "path">): Promise<SeenRequest>;
  /** Connections open now between client and proxy. */
  connections(): number;
  /** Closes those that wait for a request, be it the first: after one that is given up a client opens another. */
  closeIdle(): void;
  /** Breaks all that are open, WebSockets too. */
  closeAll(): void;
}

/** Puts a proxy in front of the emulator. It ends with the test. */
export async function faultProxy(emulator: Pick<Emulator, "url" | "passedConfig">): Promise<FaultProxy> {
  const target = new URL(emulator.url);
  const faults: { fault: Fault; struck: number }[] = [];
  const seen: SeenRequest[] = [];
  const watchers = new Set<() => void>();
  const open = new Set<Socket>();
  /** Those with a request under way, or a WebSocket. */
  const busy = new Set<Socket>();
  let chooser: Chooser | undefined;
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (incoming, response) => {
    const { socket } = incoming;
    busy.add(socket);
    response.once("close", () => busy.delete(socket));
    void forward(incoming, response, { target, origin, fault: note(incoming) }).catch(() =>
      response.socket?.destroy(),
    );
  });
  server.on("upgrade", (incoming, socket: Socket, head) => {
    busy.add(socket);
    void tunnel(incoming, { socket, head, target, fault: note(incoming) }).catch(() => socket.destroy());
  });
  server.on("connection", (socket) => {
    open.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => {
      open.delete(socket);
      busy.delete(socket);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // A listening server has an address with a port.
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  function note({ method = "GET", url: path = "/" }: IncomingMessage): Fault {
    seen.push({ method, path, atMs: performance.now() });
    for (const watcher of watchers) watcher();
    for (const armed of faults) {
      const { fault } = armed;
      if (!matches(fault, { method, path })) continue;
      armed.struck += 1;
      const { skip = 0, times = Number.POSITIVE_INFINITY } = fault;
      if (armed.struck > skip && armed.struck <= skip + times) return fault;
    }
    return chooser?.({ method, path }) ?? {};
  }

  const passedConfig = ledThrough(emulator.passedConfig, target.origin, origin);
  return {
    origin,
    passedConfig,
    seen,
    platform() {
      const platform = connectPlatform(loginFromPassedConfig(passedConfig));
      onTestFinished(() => platform.close());
      return platform;
    },
    add(fault) {
      const armed = { fault, struck: 0 };
      faults.push(armed);
      return () => {
        const index = faults.indexOf(armed);
        if (index >= 0) faults.splice(index, 1);
      };
    },
    clear: () => void faults.splice(0),
    choose: (chosen) => {
      chooser = chosen;
    },
    sees: (matching) =>
      new Promise((resolve) => {
        const look = () => {
          const found = seen.find((one) => matches(matching, one));
          if (found === undefined) return;
          watchers.delete(look);
          resolve(found);
        };
        watchers.add(look);
        look();
      }),
    connections: () => open.size,
    closeIdle() {
      for (const socket of open) if (!busy.has(socket)) socket.destroy();
    },
    closeAll() {
      for (const socket of open) socket.destroy();
    },
  };
}

function matches({ method, path }: Matching, seen: { method: string; path: string }): boolean {
  return (method === undefined || method === seen.method) && (path === undefined || path.test(seen.path));
}

/** The platform names its own address in what it hands out. */
function ledThrough(passedConfig: string, from: string, to: string): string {
  const text = Buffer.from(passedConfig, "base64").toString("utf8").replaceAll(from, to);
  return Buffer.from(text).toString("base64");
}

interface Way {
  target: URL;
  origin: string;
  fault: Fault;
}

async function forward(incoming: IncomingMessage, response: ServerResponse, way: Way): Promise<void> {
  const { target, fault } = way;
  const body = await buffer(incoming);
  await holdFor(fault.before);
  if (fault.instead === "silence") return;
  if (fault.instead === "reset") return void response.socket?.resetAndDestroy();
  if (fault.instead !== undefined) {
    response.writeHead(fault.instead.status, fault.instead.headers).end(fault.instead.body);
    return;
  }
  const { method, url: path, headers } = incoming;
  const out = request({ ...hostOf(target), method, path, headers: { ...headers, host: target.host } });
  response.once("close", () => out.destroy());
  out.end(body);
  const [answer] = (await once(out, "response")) as [IncomingMessage];
  if (fault.answer === "lost") return void response.socket?.resetAndDestroy();
  await holdFor(fault.answer);
  await passOn(answer, response, way);
}

async function passOn(answer: IncomingMessage, response: ServerResponse, way: Way): Promise<void> {
  const { target, origin, fault } = way;
  const headers: Record<string, string | string[] | undefined> = { ...answer.headers, ...fault.headers };
  if (fault.clockMs !== undefined) headers.date = new Date(Date.now() + fault.clockMs).toUTCString();
  if (fault.body !== undefined || isJson(answer)) {
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString("utf8").replaceAll(target.origin, origin);
    const body = Buffer.from(fault.body?.(text) ?? text);
    delete headers["transfer-encoding"];
    response.writeHead(answer.statusCode ?? 502, { ...headers, "content-length": String(body.length) });
    new Shaper(response, fault.after).write(body).end();
    return;
  }
  response.writeHead(answer.statusCode ?? 502, headers);
  response.flushHeaders();
  const shaper = new Shaper(response, fault.after);
  answer.on("data", (chunk: Buffer) => shaper.write(chunk));
  answer.on("end", () => shaper.end());
  answer.on("error", () => shaper.reset());
}

function isJson({ headers }: IncomingMessage): boolean {
  return /^application\/json\b/.test(headers["content-type"] ?? "");
}

function hostOf({ hostname, port }: URL) {
  return { host: hostname, port };
}

async function tunnel(
  incoming: IncomingMessage,
  { socket, head, target, fault }: { socket: Socket; head: Buffer; target: URL; fault: Fault },
): Promise<void> {
  await holdFor(fault.before);
  if (fault.instead === "silence") return;
  if (fault.instead === "reset") return void socket.resetAndDestroy();
  if (fault.instead !== undefined) {
    const { status, headers = {}, body = "" } = fault.instead;
    const lines = Object.entries({ ...headers, "content-length": String(Buffer.byteLength(body)) });
    const shown = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    socket.end(`HTTP/1.1 ${status} Refused\r\n${shown}connection: close\r\n\r\n${body}`);
    return;
  }
  const far = connect({ host: target.hostname, port: Number(target.port), allowHalfOpen: true });
  far.on("error", () => socket.destroy());
  socket.once("close", () => far.destroy());
  const names = incoming.rawHeaders.filter((_, index) => index % 2 === 0);
  const lines = names.map((name, index) => {
    const value = name.toLowerCase() === "host" ? target.host : incoming.rawHeaders[index * 2 + 1];
    return `${name}: ${value}\r\n`;
  });
  far.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${lines.join("")}\r\n`);
  far.write(head);
  socket.pipe(far);
  if (fault.answer === "lost") return void far.once("data", () => socket.resetAndDestroy());
  await holdFor(fault.answer);
  // What else has come by then is kept.
  far.once("data", () => far.pause());
  const [first] = (await once(far, "data")) as [Buffer];
  const begin = first.indexOf("\r\n\r\n") + 4;
  socket.write(first.subarray(0, begin));
  const shaper = new Shaper(socket, fault.after).write(first.subarray(begin));
  far.on("data", (chunk: Buffer) => shaper.write(chunk));
  far.on("end", () => shaper.end());
  far.resume();
}
