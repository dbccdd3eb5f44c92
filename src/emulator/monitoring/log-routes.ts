import type { ApiContext } from "../api/context.ts";
import { empty, streamed } from "../http/answer.ts";
import { logParts } from "./log-parts.ts";
import { checkLogQuery, logQuery } from "./log-query.ts";
import type { MonitoringRoute } from "./route.ts";
import { HEARTBEAT_MS } from "./running.ts";
import { sendPaced, whileOpen } from "./socket.ts";

/** Source: protocol reference 4.2 and 4.3. */
export function logRoutes(deps: ApiContext): MonitoringRoute[] {
  return [
    {
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
      path: "/:id/log",
      methods: ["GET"],
      permission: "read",
      check: checkLogQuery,
      answer: async ({ job, query, signal }) => {
        const asked = logQuery(query);
        return streamed(logParts(deps, { job, query: asked, signal }), {
          "Content-Type": "text/plain; charset=utf-8",
          "X-Separator": asked.separator.replace(/[^\x20-\x7e]/g, "?"),
        });
      },
    },
    { path: "/:id/log", methods: ["DELETE"], permission: "write", answer: async () => empty() },
  ];
}
