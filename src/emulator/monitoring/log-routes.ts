import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { AnyMonitoringRoute } from "../http/route.ts";
import type { MonitoringDeps } from "../state/job.ts";
import { logParts } from "./log-parts.ts";
import { checkLogQuery, logQuery } from "./log-query.ts";
import { HEARTBEAT_MS } from "./running.ts";
import { sendPaced, whileOpen } from "./socket.ts";

/** Source: protocol reference 4.2 and 4.3. */
export function logRoutes(deps: MonitoringDeps): AnyMonitoringRoute[] {
  return [
    {
      kind: "socket",
      path: "/:id/log_ws",
      methods: ["GET"],
      permission: "read",
      protocols: ["logs.apolo.us"],
      heartbeatMs: HEARTBEAT_MS,
      check: checkLogQuery,
      open: async ({ job, query, signal }) => {
        const asked = logQuery(query);
        return async (socket) => {
          const open = whileOpen(socket, signal);
          for await (const chunk of logParts(deps, { job, query: asked, signal: open })) {
            if (chunk.length > 0) await sendPaced(socket, chunk);
          }
        };
      },
    },
    {
      kind: "http",
      path: "/:id/log",
      methods: ["GET"],
      permission: "read",
      check: checkLogQuery,
      handle: async ({ job, query, signal }, response) => {
        const asked = logQuery(query);
        response.writeHead(200, {
          "Content-Type": "text/plain; charset=utf-8",
          "X-Separator": asked.separator.replace(/[^\x20-\x7e]/g, "?"),
        });
        response.flushHeaders();
        const parts = Readable.from(logParts(deps, { job, query: asked, signal }), { objectMode: false });
        // A caller who left has nobody to tell.
        await pipeline(parts, response).catch(() => undefined);
      },
    },
    {
      kind: "http",
      path: "/:id/log",
      methods: ["DELETE"],
      permission: "write",
      handle: async (_call, response) => void response.writeHead(204).end(),
    },
  ];
}
