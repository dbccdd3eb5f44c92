import type { ServerResponse } from "node:http";
import type { WebSocket } from "ws";
import { z } from "zod";
import failures from "./failures.json" with { type: "json" };

const milliseconds = z.number().min(0);

export const requestFault = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("delay"), ms: milliseconds }),
  z.strictObject({ kind: z.literal("drop") }),
  z.strictObject({ kind: z.literal("reset") }),
  z.strictObject({
    kind: z.literal("answer"),
    status: z.int().min(200).max(599),
    body: z.unknown().optional(),
    headers: z.record(z.string(), z.string()).optional(),
  }),
  z.strictObject({ kind: z.literal("lose_answer") }),
  z.strictObject({
    kind: z.literal("cut"),
    afterBytes: z.int().min(0).optional(),
    afterMs: milliseconds.optional(),
    code: z.int().optional(),
  }),
]);

export type RequestFault = z.infer<typeof requestFault>;

const DEFAULT_BODIES: Record<string, unknown> = failures;

/** The body of an `answer` fault that names none. */
export function defaultBody(status: number): unknown {
  return DEFAULT_BODIES[status] ?? { error: `Status ${status}` };
}

type Cut = Extract<RequestFault, { kind: "cut" }>;

/** Breaks a response off as the faults say: only what was written by then arrives. */
export function cutResponse(response: ServerResponse, faults: readonly RequestFault[]): void {
  const fault = faults.find(isCut);
  if (fault === undefined) return;
  const write = response.write.bind(response);
  const budget = openBudget(fault, () => response.socket?.destroy());
  const cutting = (chunk: unknown) => {
    const part = budget.take(bytesOf(chunk));
    if (part !== undefined) write(part, () => budget.spend(part.length));
    return true;
  };
  // Only data counts here: every overload begins with it, and what follows it may be left out.
  response.write = cutting as ServerResponse["write"];
  const end = response.end.bind(response);
  const ending = (chunk?: unknown) => {
    if (chunk !== undefined) cutting(chunk);
    return budget.over() ? response : end();
  };
  // As above.
  response.end = ending as ServerResponse["end"];
}

/** Breaks a WebSocket off as the faults say, within a message if need be. */
export function cutSocket(socket: WebSocket, faults: readonly RequestFault[]): void {
  const fault = faults.find(isCut);
  if (fault === undefined) return;
  const budget = openBudget(fault, () =>
    fault.code === undefined ? socket.terminate() : socket.close(fault.code),
  );
  const send = socket.send.bind(socket);
  const cutting = (data: unknown, ...rest: unknown[]) => {
    const part = budget.take(bytesOf(data));
    if (part === undefined) return;
    // Whatever overload was meant, it gets what it was given; a text cannot be cut where it may be half a letter.
    (send as (...args: unknown[]) => void)(typeof data === "string" ? data : part, ...rest);
    budget.spend(part.length);
  };
  // As above.
  socket.send = cutting as WebSocket["send"];
}

const isCut = (fault: RequestFault): fault is Cut => fault.kind === "cut";

function openBudget({ afterBytes = Number.POSITIVE_INFINITY, afterMs }: Cut, end: () => void) {
  let [taken, spent] = [0, 0];
  if (afterMs !== undefined) setTimeout(end, afterMs).unref();
  return {
    /** As much of it as may still be sent; undefined if none. */
    take(bytes: Buffer): Buffer | undefined {
      const part = bytes.subarray(0, Math.max(0, afterBytes - taken));
      taken += part.length;
      return part.length > 0 ? part : undefined;
    },
    /** Counts bytes that are out. */
    spend(bytes: number): void {
      spent += bytes;
      if (spent >= afterBytes) end();
    },
    over: () => taken >= afterBytes,
  };
}

function bytesOf(data: unknown): Buffer {
  if (typeof data === "string") return Buffer.from(data);
  return data instanceof Uint8Array ? Buffer.from(data) : Buffer.alloc(0);
}
