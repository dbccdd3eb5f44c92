import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { MONITORING_VERSION } from "./version.ts";

const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

export interface Upgrade {
  request: IncomingMessage;
  socket: Duplex;
  head: Buffer;
}

export interface SocketRules {
  protocols: readonly string[];
  heartbeatMs: number;
}

/** Completes WebSocket handshakes and looks after the open sockets. Source: protocol reference 2.5. */
export interface Sockets {
  accept(upgrade: Upgrade, rules: SocketRules, serve: (socket: WebSocket) => Promise<void>): void;
  close(): void;
}

export function openSockets(): Sockets {
  const servers = new Map<string, WebSocketServer>();
  const open = new Set<WebSocket>();
  return {
    accept({ request, socket, head }, rules, serve) {
      const server = serverFor(servers, rules.protocols);
      server.handleUpgrade(asGet(request), socket, head, (webSocket) => {
        open.add(webSocket);
        const stopPings = keepAlive(webSocket, rules.heartbeatMs);
        // An error is always followed by "close", which is all that a route needs to know.
        webSocket.on("error", () => undefined);
        webSocket.on("close", () => {
          open.delete(webSocket);
          stopPings();
        });
        // A failure after the handshake looks like a normal end, as on the platform.
        void serve(webSocket)
          .catch(() => undefined)
          .then(() => webSocket.close(1000));
      });
    },
    close() {
      for (const webSocket of open) webSocket.terminate();
      for (const server of servers.values()) server.close();
    },
  };
}

/** The library takes no handshake but a GET; the platform takes any that its routes take. */
function asGet(request: IncomingMessage): IncomingMessage {
  // An object whose prototype is a request is one.
  return Object.create(request, { method: { value: "GET" } }) as IncomingMessage;
}

function serverFor(servers: Map<string, WebSocketServer>, protocols: readonly string[]): WebSocketServer {
  const key = protocols.join(" ");
  const known = servers.get(key);
  if (known !== undefined) return known;
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: (offered) => [...offered].find((item) => protocols.includes(item)) ?? false,
  });
  server.on("headers", (lines) => lines.push(`X-Service-Version: ${MONITORING_VERSION}`));
  servers.set(key, server);
  return server;
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
