import { pythonJson } from "../http/answer.ts";
import { unauthorized } from "../http/authenticate.ts";
import { failure, HttpError } from "../http/http-error.ts";
import type { AnyMonitoringRoute, MonitoringHttpRoute, MonitoringSocketRoute } from "../http/route.ts";
import type { ApiRoute } from "../http/router.ts";
import type { EndpointCall, SocketEndpoint } from "../http/socket-endpoint.ts";
import type { JobRecord } from "../state/job.ts";
import type { Cluster } from "../state/platform.ts";
import type { ApiContext } from "./context.ts";
import { demand } from "./find-job.ts";

/** Monitoring's routes as the server mounts them: for each cluster, and for the first one also under the API. */
export function mountMonitoring(
  context: ApiContext,
  routes: readonly AnyMonitoringRoute[],
): { http: ApiRoute[]; sockets: SocketEndpoint[] } {
  const bases = context.platform.clusters.map((cluster) => ({
    cluster,
    base: `/${cluster.name}/monitoring/api/v1/jobs`,
  }));
  const first = context.platform.clusters[0];
  if (first !== undefined) bases.push({ cluster: first, base: "/api/v1/jobs" });
  return {
    http: bases.flatMap(({ cluster, base }) => [
      ...capacityRoutes(context, cluster, base),
      ...routes.flatMap((route) =>
        route.kind === "http" ? httpRoutes(context, route, { cluster, base }) : [],
      ),
      pong(`/${cluster.name}/monitoring/ping`),
    ]),
    sockets: bases.flatMap(({ cluster, base }) =>
      routes.flatMap((route) =>
        route.kind === "socket" ? [endpoint(context, route, { cluster, base })] : [],
      ),
    ),
  };
}

interface Mounting {
  cluster: Cluster;
  base: string;
}

function httpRoutes(
  context: ApiContext,
  route: MonitoringHttpRoute,
  { cluster, base }: Mounting,
): ApiRoute[] {
  return route.methods.map((method) => ({
    method,
    path: base + route.path,
    auth: "maybe",
    async handle({ user, params, query, request, response, signal }) {
      route.check?.(query);
      const caller = user === "" ? undefined : user;
      const job = admitted(context, route, { caller, id: params.id ?? "" });
      await route.handle({ job, user, cluster: cluster.name, params, query, request, signal }, response);
      return undefined;
    },
  }));
}

function endpoint(
  context: ApiContext,
  route: MonitoringSocketRoute,
  { cluster, base }: Mounting,
): SocketEndpoint {
  return {
    path: base + route.path,
    methods: route.methods,
    protocols: route.protocols,
    heartbeatMs: route.heartbeatMs,
    admit({ query, params, caller }: EndpointCall) {
      route.check?.(query);
      const user = caller();
      return { user: user ?? "", job: admitted(context, route, { caller: user, id: params.id ?? "" }) };
    },
    open: async ({ params, query, request, signal }, { user, job }) =>
      route.open({ job, user, cluster: cluster.name, params, query, request, signal }),
  };
}

/** Token, job, permission: in the order of the platform, with its doubly encoded text. Source: protocol reference 4.1. */
function admitted(
  context: ApiContext,
  { permission }: AnyMonitoringRoute,
  { caller, id }: { caller: string | undefined; id: string },
): JobRecord {
  if (caller === undefined) throw unauthorized();
  const job = context.table.get(id);
  if (job === undefined) throw failure(400, pythonJson({ error: `no such job ${id}` }));
  demand(context, caller, { job, action: permission });
  return job;
}

/** Source: protocol reference 4.10. */
function capacityRoutes(context: ApiContext, cluster: Cluster, base: string): ApiRoute[] {
  const { name, presets } = cluster;
  const route = (method: string, path: string): ApiRoute => ({
    method,
    path: base + path,
    auth: "needed",
    async handle({ user }) {
      const alternatives = [`job://${name}/${user}`, `cluster://${name}/access`].map((uri) => ({
        uri,
        action: "read" as const,
      }));
      const missing = context.permissions.missing(user, alternatives);
      if (missing.length === alternatives.length) throw new HttpError(403, { missing });
      const nodes = context.lifecycle.nodes(name);
      return {
        status: 200,
        json: Object.fromEntries(presets.map((preset) => [preset.name, nodes?.capacity(preset) ?? 0])),
      };
    },
  });
  return [route("GET", "/capacity"), route("POST", "/available")];
}

function pong(path: string): ApiRoute {
  return { method: "GET", path, auth: "none", handle: async () => ({ status: 200, text: "Pong" }) };
}
