import { once } from "node:events";
import { createServer, type Server, type Socket as TcpSocket } from "node:net";
import type { CallOptions, Where } from "./call.ts";
import { type Connection, checkId, monitoringUrl, type OnJob } from "./connection.ts";
import { invalidArgument, type PlatformError } from "./errors.ts";
import type { Socket } from "./socket/index.ts";

/** A client that is gone looks like one that has only finished writing. */
const QUIET_MS = 10_000;

/** Which port of a job comes to this machine, and where. */
export interface ForwardOptions {
  /** Port inside the job. */
  port: number;
  /** Port on this machine's loopback; 0 or absent = any free one. */
  localPort?: number | undefined;
  /** How long the answer may pause for a client that has finished writing, in milliseconds; 10,000 by default. */
  quietMs?: number | undefined;
  /** Called for every connection that fails; the listener goes on. */
  onError?: ((error: unknown) => void) | undefined;
  where?: Where | undefined;
}

/** A listener on 127.0.0.1 whose connections end in the job. */
export interface PortForward {
  localPort: number;
  /** Connects once, and closes. @throws {PlatformError} `invalid_request`: nothing listens on the job's port */
  check(call?: CallOptions): Promise<void>;
  /** Ends the listener and all its connections. */
  close(): Promise<void>;
}

/**
 * Forwards a loopback port to a port of the job, one WebSocket per connection, until closed or the signal
 * fires. @throws {PlatformError} `invalid_argument` when the local port is taken. Source: protocol reference 4.7.
 */
export async function forwardPort(
  at: Connection,
  { id, options }: OnJob<ForwardOptions>,
  call: CallOptions = {},
): Promise<PortForward> {
  const { port, where, quietMs = QUIET_MS, onError = () => undefined } = options;
  const url = await monitoringUrl(at, { where, parts: [checkId(id), "port_forward", String(port)] }, call);
  const what = `Forwarding port ${port} of ${id}`;
  const target = { what, url, ping: true, notFoundMeansNotRunning: true };
  const stop = new AbortController();
  const open = new Set<TcpSocket>();
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (local) => {
    open.add(local);
    local.once("close", () => open.delete(local));
    at.sockets
      .open(target, { signal: stop.signal })
      .then((remote) => join(local, remote, quietMs))
      .catch((error: unknown) => {
        local.destroy();
        if (!stop.signal.aborted) onError(error);
      });
  });
  await listen(server, options.localPort ?? 0);
  const close = async () => {
    stop.abort();
    for (const local of open) local.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  call.signal?.addEventListener("abort", () => void close(), { once: true });
  const check = async (within?: CallOptions) => (await at.sockets.open(target, within)).close();
  return { localPort: portOf(server), check, close };
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (cause) {
    throw portTaken(port, cause);
  }
}

function portTaken(port: number, cause: unknown): PlatformError {
  const message = `Port ${port} of this machine cannot be used: choose another.`;
  return invalidArgument(message, { about: "local_port", cause });
}

/**
 * Carries bytes both ways until the job's side ends or the client is gone. The protocol has no half-close,
 * so a client that has finished writing still gets what comes, until that pauses for `quietMs`.
 */
async function join(local: TcpSocket, remote: Socket, quietMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const outward = async () => {
    for await (const chunk of local.iterator({ destroyOnReturn: false })) await remote.send(chunk);
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, quietMs);
      local.once("close", resolve);
    });
  };
  const inward = async () => {
    for (let frame = await remote.next(); frame !== undefined; frame = await remote.next()) {
      timer?.refresh();
      if (!local.write(frame.data)) await Promise.race([once(local, "drain"), once(local, "close")]);
    }
  };
  try {
    await Promise.race([outward(), inward()]);
  } finally {
    clearTimeout(timer);
    local.end();
    remote.close();
  }
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
