import { once } from "node:events";
import type { Writable } from "node:stream";
import type { WebSocket } from "ws";
import { z } from "zod";
import { CHANNEL } from "../../client/wire/frames.ts";
import { pythonJson } from "../http/answer.ts";
import type { Terminal } from "../run/launch.ts";
import type { StreamFlags } from "./route.ts";

/** Input that a program has not read yet, before its sender has to wait. */
const INPUT_BYTES = 4 * 1024 * 1024;

/** One message: the channel in front of the payload. Source: protocol reference 4.4. */
export function frame(channel: number, payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(channel), payload]);
}

/** The message that ends a session. Source: protocol reference 4.4. */
export function exitFrame(exitCode: number, message?: string): Buffer {
  const text = pythonJson({ exit_code: exitCode, message });
  return frame(CHANNEL.exit, Buffer.from(text));
}

/** What goes out right after the handshake. Source: protocol reference 4.4. */
export function firstFrame({ stdout, stderr }: StreamFlags): Buffer {
  if (stdout) return Buffer.of(CHANNEL.stdout);
  return stderr ? Buffer.of(CHANNEL.stderr) : exitFrame(1, "");
}

/** Passes what a caller sends to a program: bytes to its stdin, sizes to its terminal. Text ends the session. */
export function takeInput(
  socket: WebSocket,
  target: { stdin: Writable | undefined; resize(size: Terminal): void },
): void {
  socket.on("message", (data, isBinary) => {
    if (!isBinary) return socket.close(1000);
    // A socket of ws hands out nothing else unless it is told to.
    const bytes = data as Buffer;
    const payload = bytes.subarray(1);
    if (bytes[0] === CHANNEL.resize) {
      const size = sizeOf(payload);
      if (size !== undefined) target.resize(size);
    } else if (bytes[0] === CHANNEL.stdin && payload.length > 0) feed(socket, target.stdin, payload);
  });
}

/** Writes what a socket sent; where it is read too slowly the sender has to wait. */
export function feed(socket: WebSocket, target: Writable | undefined, bytes: Buffer): void {
  if (target?.writable !== true) return;
  target.write(bytes);
  if (target.writableLength < INPUT_BYTES || socket.isPaused) return;
  socket.pause();
  const resume = () => socket.resume();
  target.once("drain", resume);
  target.once("close", resume);
}

const cells = z.int().positive();
const terminal = z.object({ height: cells, width: cells });

/** Keys in any case; anything else is no size. */
function sizeOf(payload: Buffer): Terminal | undefined {
  try {
    return terminal.parse(JSON.parse(payload.toString("utf8").toLowerCase()));
  } catch {
    return undefined;
  }
}

/** Sends one message and waits until the network has taken it: a slow reader slows its source. */
export async function sendPaced(socket: WebSocket, data: Uint8Array): Promise<void> {
  // A socket that is gone ends its stream through its own signal.
  await new Promise<void>((resolve) => socket.send(data, { binary: true }, () => resolve()));
}

export async function closing(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}
