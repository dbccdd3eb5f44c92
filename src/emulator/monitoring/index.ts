import { type ApiContext, refuseWithout } from "../context.ts";
import { empty, failure, json, pythonJson, text } from "../http/answer.ts";
import { type App, type Call, param, queryOf, userOf } from "../http/call.ts";
import type { Sockets } from "../http/sockets.ts";
import type { JobRecord } from "../state/job.ts";
import type { Cluster } from "../state/platform.ts";
import { attachRoute } from "./attach.ts";
import { execRoute } from "./exec.ts";
import { logRoutes } from "./logs.ts";
import { portForwardRoute } from "./port-forward.ts";
import { type HttpRoute, type MonitoringRoute, notRunning, runningJob } from "./route.ts";
import { saveRoute } from "./save.ts";
import { topRoute } from "./top.ts";

interface Mounting {
  cluster: Cluster;
  base: string;
  /** Whether it knows the jobs of all clusters. */
  ofAll: boolean;
}

/** Routes of each cluster's own jobs, and of all under the API. They come before those that take any name for a job's. */
export function mountMonitoring(app: App, context: ApiContext, sockets: Sockets): void {
  const routes = routesOf(context);
  for (const mounting of mountings(context)) {
    const { base, cluster } = mounting;
    app.get(`${base}/capacity`, (call) => capacity(context, call, cluster));
    app.post(`${base}/available`, (call) => capacity(context, call, cluster));
    app.get(`/${cluster.name}/monitoring/ping`, () => text("Pong"));
    for (const route of routes)
      app.on(route.methods, base + route.path, async (call) => {
        const query = queryOf(call);
        route.check?.(query, call);
        const job = admitted(context, route, call);
        const isHere = hasContainer(job, route, mounting);
        const shown = isHere ? job : { ...job, logsRemoved: true };
        const asked = { job: shown, call, query, signal: call.var.signal };
        if ("answer" in route) return route.answer(asked);
        return sockets.accept(call, route, isHere ? await route.open(asked) : async () => undefined);
      });
  }
}

function mountings({ platform: { clusters } }: ApiContext): Mounting[] {
  const own = (cluster: Cluster) => ({
    cluster,
    base: `/${cluster.name}/monitoring/api/v1/jobs`,
    ofAll: false,
  });
  const all = clusters.slice(0, 1).map((cluster) => ({ cluster, base: "/api/v1/jobs", ofAll: true }));
  return [...all, ...clusters.map(own)];
}

/** Token, job, permission: in the order of the platform, with its doubly encoded text. Source: protocol reference 4.1. */
function admitted({ table, permissions }: ApiContext, route: MonitoringRoute, call: Call): JobRecord {
  const [user, id] = [userOf(call), param(call, "id")];
  const job = table.get(id);
  if (job === undefined) throw failure(400, pythonJson({ error: `no such job ${id}` }));
  refuseWithout(permissions.missingOnJob(user, job, route.permission));
  return job;
}

/** A cluster has containers of its own jobs only. @throws {HttpError} 404 where one has to run. */
function hasContainer(job: JobRecord, { permission }: MonitoringRoute, { cluster, ofAll }: Mounting) {
  if (ofAll || job.cluster === cluster.name) return true;
  if (permission === "write") throw failure(404, notRunning(job.id));
  return false;
}

/** Source: protocol reference 4.10. */
function capacity({ permissions, lifecycle }: ApiContext, call: Call, { name, presets }: Cluster): Response {
  const user = userOf(call);
  const uris = [`job://${name}/${user}`, `cluster://${name}/access`];
  const alternatives = uris.map((uri) => ({ uri, action: "read" as const }));
  const missing = permissions.missing(user, alternatives);
  if (missing.length === alternatives.length) refuseWithout(missing);
  const nodes = lifecycle.nodes(name);
  return json(Object.fromEntries(presets.map((preset) => [preset.name, nodes?.capacity(preset) ?? 0])));
}

function routesOf(context: ApiContext): MonitoringRoute[] {
  return [
    ...logRoutes(context),
    topRoute(context),
    saveRoute(context),
    attachRoute(context),
    execRoute(context),
    killRoute(context),
    portForwardRoute(context),
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
