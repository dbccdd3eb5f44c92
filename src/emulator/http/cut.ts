import type { ServerResponse } from "node:http";
import type { WebSocket } from "ws";
import type { RequestFault } from "./faults.ts";

type Cut = Extract<RequestFault, { kind: "cut" }>;

/** Makes a response break off as the faults say. */
export function cutResponse(response: ServerResponse, faults: readonly RequestFault[]): void {
  const fault = cutOf(faults);
  if (fault === undefined) return;
  const end = () => response.socket?.resetAndDestroy();
  const write = response.write.bind(response);
  const count = counter(fault, end);
  response.write = (chunk: unknown, ...rest: unknown[]) => {
    count(chunk);
    // The overloads of write cannot be named one by one here; the arguments go through unchanged.
    return (write as (...args: unknown[]) => boolean)(chunk, ...rest);
  };
}

/** Makes a WebSocket break off as the faults say. */
export function cutSocket(socket: WebSocket, faults: readonly RequestFault[]): void {
  const fault = cutOf(faults);
  if (fault === undefined) return;
  const end = () => (fault.code === undefined ? socket.terminate() : socket.close(fault.code));
  const send = socket.send.bind(socket);
  const count = counter(fault, end);
  socket.send = (data: unknown, ...rest: unknown[]) => {
    // As above: whatever overload was meant, it gets what it was given.
    (send as (...args: unknown[]) => void)(data, ...rest);
    count(data);
  };
}

function cutOf(faults: readonly RequestFault[]): Cut | undefined {
  return faults.find((fault): fault is Cut => fault.kind === "cut");
}

function counter({ afterBytes, afterMs }: Cut, end: () => void): (data: unknown) => void {
  let sent = 0;
  if (afterMs !== undefined) setTimeout(end, afterMs).unref();
  return (data) => {
    sent += sizeOf(data);
    if (afterBytes !== undefined && sent >= afterBytes) setImmediate(end);
  };
}

function sizeOf(data: unknown): number {
  if (typeof data === "string") return Buffer.byteLength(data);
  return data instanceof Uint8Array ? data.byteLength : 0;
}
