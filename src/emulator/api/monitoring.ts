import { pythonJson } from "../http/answer.ts";
import { unauthorized } from "../http/authenticate.ts";
import { failure, HttpError } from "../http/http-error.ts";
import type { AnyMonitoringRoute, MonitoringHttpRoute, MonitoringSocketRoute } from "../http/route.ts";
import type { ApiRoute } from "../http/router.ts";
import type { EndpointCall, SocketEndpoint } from "../http/socket-endpoint.ts";
import { notRunning } from "../monitoring/running.ts";
import type { JobRecord } from "../state/job.ts";
import type { Cluster } from "../state/platform.ts";
import type { ApiContext } from "./context.ts";
import { demand } from "./find-job.ts";

/**
 * Monitoring's routes as the server mounts them: for each cluster, whose own jobs it knows, and under the API for
 * the jobs of all.
 */
export function mountMonitoring(
  context: ApiContext,
  routes: readonly AnyMonitoringRoute[],
): { http: ApiRoute[]; sockets: SocketEndpoint[] } {
  const bases = context.platform.clusters.map((cluster) => ({
    cluster,
    base: `/${cluster.name}/monitoring/api/v1/jobs`,
    ofAll: false,
  }));
  const first = context.platform.clusters[0];
  if (first !== undefined) bases.push({ cluster: first, base: "/api/v1/jobs", ofAll: true });
  return {
    http: bases.flatMap((mounting) => [
      ...capacityRoutes(context, mounting),
      ...routes.flatMap((route) => (route.kind === "http" ? httpRoutes(context, route, mounting) : [])),
      pong(`/${mounting.cluster.name}/monitoring/ping`),
    ]),
    sockets: bases.flatMap((mounting) =>
      routes.flatMap((route) => (route.kind === "socket" ? [endpoint(context, route, mounting)] : [])),
    ),
  };
}

interface Mounting {
  cluster: Cluster;
  base: string;
  ofAll: boolean;
}

function httpRoutes(context: ApiContext, route: MonitoringHttpRoute, mounting: Mounting): ApiRoute[] {
  return route.methods.map((method) => ({
    method,
    path: mounting.base + route.path,
    auth: "maybe",
    async handle({ user, params, query, request, response, signal }) {
      route.check?.(query, params);
      const caller = user === "" ? undefined : user;
      const found = admitted(context, route, { caller, id: params.id ?? "" });
      const job = isHere(found, route, mounting) ? found : { ...found, logsRemoved: true };
      await route.handle({ job, user, cluster: job.cluster, params, query, request, signal }, response);
      return undefined;
    },
  }));
}

function endpoint(context: ApiContext, route: MonitoringSocketRoute, mounting: Mounting): SocketEndpoint {
  return {
    path: mounting.base + route.path,
    methods: route.methods,
    protocols: route.protocols,
    heartbeatMs: route.heartbeatMs,
    admit({ query, params, caller }: EndpointCall) {
      route.check?.(query, params);
      const user = caller();
      return { user: user ?? "", job: admitted(context, route, { caller: user, id: params.id ?? "" }) };
    },
    open: async ({ params, query, request, signal }, { user, job }) =>
      isHere(job, route, mounting)
        ? route.open({ job, user, cluster: job.cluster, params, query, request, signal })
        : async () => undefined,
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

/**
 * A cluster has only its own jobs' containers: of others there is nothing to read.
 * @throws {HttpError} 404 where one has to run.
 */
function isHere(job: JobRecord, { permission }: AnyMonitoringRoute, { cluster, ofAll }: Mounting): boolean {
  if (ofAll || job.cluster === cluster.name) return true;
  if (permission === "write") throw failure(404, notRunning(job.id));
  return false;
}

/** Source: protocol reference 4.10. */
function capacityRoutes(context: ApiContext, { cluster, base }: Mounting): ApiRoute[] {
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
