import { randomBytes } from "node:crypto";
import type { CallOptions, Where } from "../call.ts";
import { type Connection, checkId, monitoringUrl, type OnJob, toInstant } from "../connection.ts";
import { PlatformError } from "../errors.ts";
import type { Socket } from "../socket/index.ts";

/** How to read a log. */
export interface MonitorOptions {
  /** Earliest time; by default the job's creation. */
  since?: Date | string | undefined;
  /** Puts a timestamp and a blank in front of every line. */
  timestamps?: boolean | undefined;
  /** Line between the archived and the live part; the empty string = none; by default the server makes one up. */
  separator?: string | undefined;
  /** Adds lines that tell where the archived and the live part begin. */
  debug?: boolean | undefined;
  where?: Where | undefined;
}

/** A separator that no program prints by chance. */
export function newSeparator(): string {
  return `--live-${randomBytes(16).toString("hex")}--`;
}

/** Opens one job's log. Source: protocol reference 4.2. */
export async function openLog(at: Connection, { id, options }: OnJob<MonitorOptions>, call?: CallOptions) {
  const { since, timestamps, separator, debug, where } = options;
  const url = await monitoringUrl(at, { where, parts: [checkId(id), "log_ws"] }, call);
  const query = new URLSearchParams();
  if (since !== undefined) query.set("since", toInstant(since));
  if (timestamps === true) query.set("timestamps", "true");
  if (separator !== undefined) query.set("separator", separator);
  if (debug === true) query.set("debug", "true");
  const search = query.size === 0 ? "" : `?${query.toString()}`;
  return at.sockets.open(
    { what: `Reading the log of ${id}`, url: url + search, ping: true, isRead: true },
    call,
  );
}

/**
 * The bytes of one job's log as they come, until it ends or the signal fires; a chunk may split a line or a
 * character. That the log ended does not mean that the job did. Source: protocol reference 4.2.
 */
export async function* monitorLog(at: Connection, target: OnJob<MonitorOptions>, call?: CallOptions) {
  yield* chunksOf(await openLog(at, target, call));
}

/** The bytes of an open log, which is closed behind them. */
export async function* chunksOf(socket: Socket): AsyncGenerator<Uint8Array, void> {
  try {
    for (let chunk = await nextChunk(socket); chunk !== undefined; chunk = await nextChunk(socket))
      if (chunk.length > 0) yield chunk;
  } finally {
    socket.close();
  }
}

/** The next bytes of an open log, undefined at its end. @throws {PlatformError} `protocol_error` for a text frame */
export async function nextChunk(socket: Socket): Promise<Uint8Array | undefined> {
  const frame = await socket.next();
  if (frame === undefined) return undefined;
  if (!frame.isBinary)
    throw new PlatformError("protocol_error", "The platform sent a text frame in a log; logs are binary.");
  return frame.data;
}
