import { once } from "node:events";
import type { WebSocket } from "ws";

/** Sends one message and waits until the network has taken it: a slow reader slows its source. */
export async function sendPaced(socket: WebSocket, data: Uint8Array): Promise<void> {
  // A socket that is gone ends its stream through its own signal.
  await new Promise<void>((resolve) => socket.send(data, { binary: true }, () => resolve()));
}

/** Fires when the socket closes, or `signal` does. */
export function whileOpen(socket: WebSocket, signal: AbortSignal): AbortSignal {
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

/** Resolves when the socket has closed. */
export async function closing(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}

/** The bytes of a message, however ws hands them out. */
export function bytesOf(data: Buffer | ArrayBuffer | Buffer[]): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}
