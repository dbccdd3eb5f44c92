import type { AnyMonitoringRoute } from "../http/route.ts";
import type { MonitoringDeps } from "../state/job.ts";
import { attachRoute } from "./attach.ts";
import { execRoute } from "./exec.ts";
import { killRoute } from "./kill.ts";
import { logRoutes } from "./log-routes.ts";
import { portForwardRoute } from "./port-forward.ts";
import { saveRoute } from "./save.ts";
import { topRoute } from "./top.ts";

/** Everything monitoring serves for one job. Source: protocol reference 4.1. */
export function monitoringRoutes(deps: MonitoringDeps): AnyMonitoringRoute[] {
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
