import type { ApiContext } from "../api/context.ts";
import { empty } from "../http/answer.ts";
import { attachRoute } from "./attach.ts";
import { execRoute } from "./exec.ts";
import { logRoutes } from "./log-routes.ts";
import { portForwardRoute } from "./port-forward.ts";
import type { HttpRoute, MonitoringRoute } from "./route.ts";
import { runningJob } from "./running.ts";
import { saveRoute } from "./save.ts";
import { topRoute } from "./top.ts";

/** Everything monitoring serves for one job. Source: protocol reference 4.1. */
export function monitoringRoutes(deps: ApiContext): MonitoringRoute[] {
  return [
    ...logRoutes(deps),
    topRoute(deps),
    saveRoute(deps),
    attachRoute(deps),
    execRoute(deps),
    killRoute(deps),
    portForwardRoute(deps),
  ];
}

/** Source: protocol reference 4.6. */
function killRoute({ lifecycle }: ApiContext): HttpRoute {
  return {
    path: "/:id/kill",
    methods: ["POST"],
    permission: "write",
    async answer({ job }) {
      runningJob(lifecycle, job);
      lifecycle.signal(job.id);
      return empty();
    },
  };
}
