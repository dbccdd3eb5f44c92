import { setImmediate } from "node:timers/promises";
import type { ApiContext } from "../context.ts";
import { empty } from "../http/answer.ts";
import { streamed } from "../http/call.ts";
import type { LogRange } from "../logs/reader.ts";
import { current, isFinished, type JobRecord } from "../state/job.ts";
import { sendPaced } from "./channels.ts";
import { checkLogQuery, type LogQuery, logQuery, type MonitoringRoute } from "./route.ts";

/** Source: protocol reference 4.2 and 4.3. */
export function logRoutes(deps: ApiContext): MonitoringRoute[] {
  return [
    {
      path: "/:id/log_ws",
      methods: ["GET"],
      permission: "read",
      protocols: ["logs.apolo.us"],
      check: checkLogQuery,
      open: async ({ job, query }) => {
        const asked = logQuery(query);
        return async (socket, open) => {
          for await (const chunk of logParts(deps, { job, query: asked, signal: open })) {
            if (chunk.length > 0) await sendPaced(socket, chunk);
            // What the network takes at once would let nobody else have a turn, nor hear that the reader has gone.
            await setImmediate();
          }
        };
      },
    },
    {
      path: "/:id/log",
      methods: ["GET"],
      permission: "read",
      check: checkLogQuery,
      answer: async ({ job, call, query, signal }) => {
        const asked = logQuery(query);
        return streamed(call, logParts(deps, { job, query: asked, signal }), {
          "Content-Type": "text/plain; charset=utf-8",
          "X-Separator": asked.separator.replace(/[^\x20-\x7e]/g, "?"),
        });
      },
    },
    { path: "/:id/log", methods: ["DELETE"], permission: "write", answer: async () => empty() },
  ];
}

/** How far back an archive can be read. Source: protocol reference 4.2. */
const LOOK_BACK_MS = 30 * 24 * 3600 * 1000;
/** How long a log waits for a pending container. Source: protocol reference 4.2. */
const WAIT_MS = 600_000;

type Deps = Pick<ApiContext, "lifecycle" | "logs" | "clock" | "timing">;

interface Asked {
  job: JobRecord;
  query: LogQuery;
  signal: AbortSignal;
}

/**
 * A job's log: what is old enough for the archive, a separator, then what is newer and what still comes. Ends
 * with the job's output, or when `signal` fires. Source: protocol reference 4.2.
 */
async function* logParts(deps: Deps, asked: Asked): AsyncGenerator<Uint8Array> {
  const { job, query, signal } = asked;
  const { logs, clock } = deps;
  if (job.logsRemoved) return;
  const podAtFirst = hasPod(job);
  if (podAtFirst) await leavesWaiting(deps, job, signal);
  if (signal.aborted) return;
  const nowMs = clock.nowMs();
  const sinceMs = Math.max(query.sinceMs ?? 0, nowMs - LOOK_BACK_MS);
  const pod = podAtFirst && hasPod(job);
  const untilMs = endedMs(deps, job) ?? nowMs - (query.archiveDelayMs ?? deps.timing.archiveDelayMs);
  const archive = logs.range(job.id, pod ? { sinceMs, untilMs } : { sinceMs });
  if (query.debug) yield Buffer.from(`~~~ Archived logs since ${new Date(sinceMs).toISOString()}\n`);
  yield* logs.read(job.id, archive, query.timestamps ? "micro" : undefined);
  if (pod) yield* livePart(deps, asked, archive);
}

async function* livePart(
  { logs, clock }: Deps,
  { job, query, signal }: Asked,
  archive: LogRange,
): AsyncGenerator<Uint8Array> {
  const start = archive.end;
  const stamp = query.timestamps ? "nano" : undefined;
  const chunks = isOver({ logs }, job)
    ? logs.read(job.id, { start, end: logs.range(job.id, {}).end }, stamp)
    : logs.follow(job.id, start, { signal, stamp });
  let heading = start > archive.start && query.separator !== "" ? `${query.separator}\n` : "";
  if (query.debug) heading += `=== Live logs from ${new Date(clock.nowMs()).toISOString()} ===\n`;
  for await (const chunk of chunks) {
    if (heading !== "") yield Buffer.from(heading);
    heading = "";
    yield chunk;
  }
}

function isOver({ logs }: Pick<Deps, "logs">, job: JobRecord): boolean {
  return isFinished(job) && !logs.isLive(job.id);
}

/** When the container ended, in whole seconds as its node reports it: the archive reaches that far at once. */
function endedMs(deps: Deps, job: JobRecord): number | undefined {
  const { atMs, reason } = current(job);
  return isOver(deps, job) || reason === "Restarting" ? Math.floor(atMs / 1000) * 1000 : undefined;
}

/** Whether the job's container, and with it the live log, is still there. */
function hasPod(job: JobRecord): boolean {
  return job.materialized || current(job).status === "running";
}

async function leavesWaiting({ lifecycle }: Deps, job: JobRecord, signal: AbortSignal): Promise<void> {
  const untilMs = performance.now() + WAIT_MS;
  const leftMs = () => untilMs - performance.now();
  while (current(job).status === "pending" && !signal.aborted && leftMs() > 0)
    await lifecycle.change(job.id, signal, leftMs());
}
