import type { IncomingMessage } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { WebSocket } from "ws";
import type { LogTail } from "../../src/client/index.ts";
import { JOB_ID, type PlatformStub, reply, wireJob } from "./platform-stub.ts";

interface Printed {
  at: number;
  text: string;
}

export interface LogServer {
  /** Lines in the archive (microseconds), then lines of the running container (nanoseconds). */
  archived: Printed[];
  live: Printed[];
  isRunning: boolean;
  /** Milliseconds before the first frame. */
  delayMs?: number;
}

/** Plays `log_ws` as the platform does: archive, separator, live part, open while the job runs. */
export function playLog(
  stub: PlatformStub,
  log: LogServer,
): { opened: URLSearchParams[]; sockets: WebSocket[] } {
  const record = { opened: [] as URLSearchParams[], sockets: [] as WebSocket[] };
  stub.play("/log_ws", async (socket: WebSocket, { url = "" }: IncomingMessage) => {
    const query = new URL(url, "http://x").searchParams;
    record.opened.push(query);
    record.sockets.push(socket);
    const since = Date.parse(query.get("since") ?? "1970-01-01T00:00:00Z");
    const archived = log.archived
      .filter(({ at }) => at >= since)
      .map(({ at, text }) => `${stamp(at, 6)} ${text}\n`);
    const live = log.live
      .filter(({ at }) => at >= Math.floor(since / 1000) * 1000)
      .map((line) => `${stamp(line.at, 9)} ${line.text}\n`);
    const separator = archived.length > 0 && live.length > 0 ? [`${query.get("separator")}\n`] : [];
    if (log.delayMs !== undefined) await pause(log.delayMs);
    const bytes = Buffer.from([...archived, ...separator, ...live].join(""));
    for (let start = 0; start < bytes.length; start += 1000) socket.send(bytes.subarray(start, start + 1000));
    if (!log.isRunning) socket.close(1000);
  });
  return record;
}

export function stamp(at: number, digits: number): string {
  const seconds = new Date(Math.floor(at / 1000) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(Math.round((at % 1000) * 1000))
    .padStart(6, "0")
    .padEnd(digits, "7")}Z`;
}

export function printed(count: number, { fromMs, stepMs }: { fromMs: number; stepMs: number }): Printed[] {
  return Array.from({ length: count }, (_, index) => ({
    at: fromMs + index * stepMs,
    text: `line ${index + 1}`,
  }));
}

export const texts = ({ lines }: LogTail) => lines.map(({ text }) => text);

export function answerJob(stub: PlatformStub, { startMs, endMs }: { startMs: number; endMs?: number }): void {
  const history = {
    status: endMs === undefined ? "running" : "succeeded",
    created_at: new Date(startMs).toISOString(),
    ...(endMs === undefined ? {} : { finished_at: new Date(endMs).toISOString() }),
  };
  stub.on(`GET /api/v1/jobs/${JOB_ID}`, (response) =>
    reply(response, wireJob({ status: history.status, history })),
  );
}
