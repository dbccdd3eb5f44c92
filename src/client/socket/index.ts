import { randomBytes } from "node:crypto";
import WebSocket from "ws";
import { abortError, type CallOptions, orTimeOut, signalOf, startCall } from "../call.ts";
import { type FailedRequest, PlatformError } from "../errors.ts";
import { describe, parseRetryAfter } from "../http/index.ts";
import { beforeSending, networkError } from "../http/network-error.ts";
import type { Connections } from "../http/proxies.ts";
import { serverError } from "../http/server-error.ts";
import { newLoginText } from "../login/login.ts";
import type { Session } from "../login/session.ts";
import { failureOf, observedRequest, type PlatformObserver, type RequestUnderWay } from "../observer.ts";
import { MAX_FRAME_BYTES } from "../wire/frames.ts";
import { Channel } from "./channel.ts";
import { closeError } from "./close-error.ts";
import type { TakeSeat } from "./seats.ts";

const HANDSHAKE_LIMIT_MS = 60_000;
const READ_HANDSHAKE_MS = 8000;
const CLOSE_LIMIT_MS = 500;

/** What to open. */
export interface SocketCall {
  /** First words of an error message: "Reading the log of job-1". */
  what: string;
  /** http(s) address with its query. */
  url: string;
  protocol?: string;
  /** Whether the connection is kept alive by pings; telemetry is not. */
  ping: boolean;
  /** Whether opening it twice does no harm: then the wait for it is shorter. */
  isRead?: boolean;
  notFoundMeansNotRunning?: boolean;
}

/** One message. */
export interface Frame {
  data: Buffer;
  isBinary: boolean;
}

/** An open WebSocket. Whoever opened it calls `close`, or reads to the end. */
export interface Socket {
  /** The next message, undefined after a normal close. @throws {PlatformError} on any other end */
  next(): Promise<Frame | undefined>;
  /** Sends bytes; resolves once they are on their way, so that a slow receiver slows the sender. */
  send(data: Uint8Array): Promise<void>;
  /**
   * Asks the other side to answer, and resolves once it has, with how many messages had come until then: what it sent
   * before is among them. Never resolves on a dead connection.
   */
  ping(): Promise<number>;
  close(): void;
  /** Ends it at once, for a reader that has enough while more is still being sent. */
  drop(): void;
}

export interface SocketOptions {
  session: Session;
  connections: Connections;
  userAgent: string;
  /** How often an open socket is pinged, in milliseconds; an answer must follow within half of it. */
  pingMs: number;
  observer?: PlatformObserver | undefined;
  /** Bounds how many are open at once; absent, nothing does. */
  seat?: TakeSeat | undefined;
}

/** Opens the monitoring service's WebSockets. Source: protocol reference 2.5. */
export class Sockets {
  readonly #options: SocketOptions;
  readonly #open = new Set<WebSocket>();

  constructor(options: SocketOptions) {
    this.#options = options;
  }

  /** Opens one; a refused token is replaced once. @throws {PlatformError} with the text of `X-Error` */
  async open(target: SocketCall, call: CallOptions = {}): Promise<Socket> {
    const { session } = this.#options;
    const inTime = <T>(promise: Promise<T>) => beforeSending(orTimeOut(promise, call, target.what));
    const token = await inTime(session.token());
    try {
      return await this.#openSeated(token, target, call);
    } catch (error) {
      const refused = error instanceof PlatformError && error.code === "not_authenticated";
      if (!refused || !(await inTime(session.renew(token)))) throw error;
      return this.#openSeated(await inTime(session.token()), target, call);
    }
  }

  /** Ends every socket that is still open. */
  close(): void {
    for (const socket of this.#open) socket.terminate();
  }

  async #openSeated(token: string, target: SocketCall, call: CallOptions): Promise<Socket> {
    const leave = await this.#options.seat?.(target.what, call);
    try {
      const { raw, socket } = this.#openWith(token, target, call);
      raw.once("close", () => leave?.());
      return socket;
    } catch (error) {
      // The address is none.
      leave?.();
      throw error;
    }
  }

  #openWith(token: string, target: SocketCall, call: CallOptions) {
    const { signal, close } = signalOf(startCall(call));
    const { userAgent, connections, observer } = this.#options;
    const underWay = observer?.request(observedRequest({ method: "GET", url: target.url }));
    const pingMs = target.ping ? this.#options.pingMs : 0;
    const agent = connections.agentFor(target.url);
    const raw = new WebSocket(target.url.replace(/^http/, "ws"), target.protocol ? [target.protocol] : [], {
      headers: {
        authorization: `Bearer ${token}`,
        "user-agent": userAgent,
        accept: "*/*",
        ...underWay?.headers,
      },
      perMessageDeflate: false,
      maxPayload: MAX_FRAME_BYTES,
      handshakeTimeout: target.isRead === true ? READ_HANDSHAKE_MS : HANDSHAKE_LIMIT_MS,
      ...(agent === undefined ? {} : { agent }),
    });
    this.#open.add(raw);
    if (observer && underWay) observeSocket(raw, { observer, underWay, signal });
    raw.once("close", () => {
      this.#open.delete(raw);
      close();
    });
    const proxy = connections.proxyNameFor(target.url);
    const newLogin = newLoginText(this.#options.session.login);
    return { raw, socket: connect(raw, { ...target, pingMs, proxy, newLogin }, signal) };
  }
}

/** The request has ended with the handshake; from then on the socket counts as open. */
function observeSocket(
  raw: WebSocket,
  {
    observer,
    underWay,
    signal,
  }: { observer: PlatformObserver; underWay: RequestUnderWay; signal: AbortSignal },
): void {
  let status: number | undefined;
  raw.once("unexpected-response", (_request, { statusCode }) => {
    status = statusCode;
  });
  const onFailed = () => underWay.ended(status === undefined ? { failure: failureOf(signal) } : { status });
  raw.once("close", onFailed);
  raw.once("open", () => {
    raw.off("close", onFailed);
    underWay.ended({ status: 101 });
    observer.socket(1);
    raw.once("close", () => observer.socket(-1));
  });
}

function connect(
  raw: WebSocket,
  target: SocketCall & { pingMs: number; proxy: string | undefined; newLogin: string },
  signal: AbortSignal,
): Promise<Socket> {
  const request: FailedRequest = describe({ method: "GET", url: target.url });
  const channel = new Channel<Frame>({ pause: () => raw.pause(), resume: () => raw.resume() });
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      channel.fail(error);
      reject(error);
    };
    const onAbort = () => {
      fail(abortError(signal, target.what, request));
      raw.terminate();
    };
    raw.on("upgrade", ({ headers }) => {
      // ws would refuse a server that ignores the subprotocol; the official client does not.
      if (target.protocol !== undefined) headers["sec-websocket-protocol"] ??= target.protocol;
    });
    raw.on("unexpected-response", (_request, { statusCode = 0, headers }) => {
      const body = Buffer.from(String(headers["x-error"] ?? ""), "latin1").toString("utf8");
      const { notFoundMeansNotRunning, proxy, newLogin } = target;
      const what = proxy === undefined ? target.what : `${target.what} through the proxy ${proxy}`;
      const retryAfterMs = parseRetryAfter(headers["retry-after"]);
      const status = statusCode;
      fail(serverError({ what, status, body, request, retryAfterMs, newLogin, notFoundMeansNotRunning }));
      // With a listener for refusals ws leaves it to us to end the socket: otherwise it never closes.
      raw.terminate();
    });
    raw.on("open", () => {
      if (target.pingMs > 0) keepAlive(raw, target.pingMs, () => fail(lost(target.what, request)));
      resolve(socketOver(raw, channel, target.what));
    });
    raw.on("message", (data: Buffer, isBinary) => channel.push({ data, isBinary }, data.length));
    raw.on("error", (cause) => fail(brokenSocket(cause, { ...target, request, signal })));
    raw.on("close", (code, reason) => {
      signal.removeEventListener("abort", onAbort);
      channel.end(closeError({ what: target.what, code, reason: reason.toString("utf8"), request }));
    });
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
}

function socketOver(raw: WebSocket, channel: Channel<Frame>, what: string): Socket {
  return {
    next: () => channel.take(),
    send: (data) =>
      new Promise((resolve, reject) => {
        raw.send(data, { binary: true }, (cause) => {
          if (cause)
            reject(new PlatformError("unavailable", `${what}: the connection is closed.`, { cause }));
          else resolve();
        });
      }),
    ping: () =>
      new Promise((resolve) => {
        const mark = randomBytes(8);
        const onPong = (data: Buffer) => {
          if (!data.equals(mark)) return;
          raw.off("pong", onPong);
          resolve(channel.pushed);
        };
        raw.on("pong", onPong);
        if (raw.readyState === WebSocket.OPEN) raw.ping(mark);
      }),
    drop() {
      channel.end();
      raw.terminate();
    },
    close() {
      channel.end();
      raw.resume();
      raw.close();
      const timer = setTimeout(() => raw.terminate(), CLOSE_LIMIT_MS);
      timer.unref();
      raw.once("close", () => clearTimeout(timer));
    },
  };
}

/** Pings as the official client does; a pong must follow within half the interval. */
function keepAlive(raw: WebSocket, pingMs: number, onLost: () => void): void {
  let overdue: NodeJS.Timeout | undefined;
  let lost: NodeJS.Immediate | undefined;
  const pinger = setInterval(() => {
    if (raw.readyState !== WebSocket.OPEN || raw.isPaused) return;
    raw.ping();
    overdue = setTimeout(() => {
      // If this process stood still, the pong may be there and only not read yet.
      lost = setImmediate(() => {
        onLost();
        raw.terminate();
      });
    }, pingMs / 2);
  }, pingMs);
  const heard = () => {
    clearTimeout(overdue);
    clearImmediate(lost);
  };
  raw.on("pong", heard);
  raw.on("message", heard);
  raw.once("close", () => {
    clearInterval(pinger);
    heard();
  });
}

/** What ws found wrong with the bytes is the other side's fault; the rest is the network's. */
function brokenSocket(
  cause: Error & { code?: string },
  {
    what,
    request,
    signal,
    proxy,
  }: Parameters<typeof connect>[1] & { request: FailedRequest; signal: AbortSignal },
): unknown {
  if (cause.code?.startsWith("WS_ERR_") !== true || signal.aborted)
    return networkError(cause, { what, request, signal, proxy });
  return new PlatformError("protocol_error", `${what} failed: ${cause.message}.`, { cause, request });
}

function lost(what: string, request: FailedRequest): PlatformError {
  return new PlatformError("unavailable", `${what}: the connection was lost (no answer to a ping).`, {
    request,
  });
}
