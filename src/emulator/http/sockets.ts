import type { IncomingMessage } from "node:http";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type WebSocket, WebSocketServer } from "ws";
import { text } from "./answer.ts";
import type { Call } from "./call.ts";
import { cutSocket } from "./faults.ts";

const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

const MONITORING_VERSION = "platform-monitoring/25.11.0";
const MONITORING =
  /\/monitoring\/|\/jobs\/(capacity|available)\b|\/jobs\/[^/]+\/(log|log_ws|top|save|attach|exec|kill|port_forward)\b/;

/** The `X-Service-Version` of the service that a request is for. */
export function versionFor(url: string | undefined): string {
  return MONITORING.test(url ?? "") ? MONITORING_VERSION : "platform-api/25.11.0";
}

/** How often the platform pings an open socket, in milliseconds. Source: protocol reference 2.5. */
const HEARTBEAT_MS = 30_000;

export interface SocketRules {
  /** Subprotocols to choose from, when the caller offers any. */
  protocols: readonly string[];
  /** Interval of the server's own pings, in milliseconds; 0 for none. */
  heartbeatMs?: number;
}

/** Works on an open socket; `open` fires when it closes, or the emulator does. */
export type Serve = (socket: WebSocket, open: AbortSignal) => Promise<void>;

/** Completes WebSocket handshakes and looks after the open sockets. Source: protocol reference 2.5. */
export class Sockets {
  readonly #open = new Set<WebSocket>();

  /** Completes a handshake and closes the socket when `serve` is done; answers 400 to anything else. */
  accept({ env, var: { faults, signal } }: Call, rules: SocketRules, serve: Serve): Response {
    const { incoming, outgoing, head } = env;
    const { upgrade = "None" } = incoming.headers;
    if (head === undefined || upgrade.toLowerCase() !== "websocket")
      return text(`No WebSocket UPGRADE hdr: ${upgrade}\n Can "Upgrade" only to "WebSocket".`, 400);
    outgoing.detachSocket(incoming.socket);
    // ws takes only GET handshakes; the platform takes every method of its routes. An object that inherits from a request is one.
    const handshake = Object.create(incoming, { method: { value: "GET" } }) as IncomingMessage;
    serverFor(rules).handleUpgrade(handshake, incoming.socket, head, (socket) => {
      this.#keep(socket, rules.heartbeatMs ?? HEARTBEAT_MS);
      cutSocket(socket, faults);
      // A failure after the handshake looks like a normal end, as on the platform.
      void serve(socket, whileOpen(socket, signal))
        .catch(() => undefined)
        .then(() => socket.close(1000));
    });
    return RESPONSE_ALREADY_SENT;
  }

  close(): void {
    for (const socket of this.#open) socket.terminate();
  }

  #keep(socket: WebSocket, heartbeatMs: number): void {
    this.#open.add(socket);
    const stopPings = keepAlive(socket, heartbeatMs);
    // An error is always followed by "close", which is all that a route needs to know.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#open.delete(socket);
      stopPings();
    });
  }
}

/** Fires when the socket closes, or `signal` does. */
function whileOpen(socket: WebSocket, signal: AbortSignal): AbortSignal {
  const closed = new AbortController();
  const close = () => closed.abort();
  if (signal.aborted || socket.readyState > socket.OPEN) close();
  signal.addEventListener("abort", close, { once: true });
  socket.once("close", () => {
    signal.removeEventListener("abort", close);
    close();
  });
  return closed.signal;
}

function serverFor({ protocols }: SocketRules): WebSocketServer {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: (offered) => [...offered].find((item) => protocols.includes(item)) ?? false,
  });
  return server.on("headers", (lines) => lines.push(`X-Service-Version: ${MONITORING_VERSION}`));
}

function keepAlive(socket: WebSocket, heartbeatMs: number): () => void {
  if (heartbeatMs <= 0) return () => undefined;
  let answered = true;
  socket.on("pong", () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, heartbeatMs);
  timer.unref();
  return () => clearInterval(timer);
}
