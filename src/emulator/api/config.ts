import type { ApiContext } from "../context.ts";
import { json, text } from "../http/answer.ts";
import { type App, param, userOf } from "../http/call.ts";
import { registryHost } from "../state/names.ts";
import { baseName, type Cluster, clustersOf, orgsOf, projectsOf } from "../state/platform.ts";
import fixed from "./config.json" with { type: "json" };
import { CALLBACK_URLS, headlessCallbackUrl } from "./oauth.ts";

const CREATED = "2024-01-01T00:00:00+00:00";

/** `GET /config`, with more for whoever has a token, and `/ping`. Source: protocol reference 1.7, 3.1, 7.2. */
export function configRoutes(app: App, context: ApiContext): void {
  app.on("GET", ["/ping", "/api/v1/ping"], () => text(""));
  app.get("/api/v1/config", ({ var: { caller } }) => {
    const user = caller();
    return json(user === undefined ? closed(context) : open(context, user));
  });
  app.get("/api/v1/clusters/:cluster", (call) => {
    const user = userOf(call);
    const cluster = clustersOf(context.platform, user).find(({ name }) => name === param(call, "cluster"));
    if (cluster === undefined) return json({ error: "Cluster not found" }, 404);
    return json({
      ...clusterView(context, user, cluster),
      status: "deployed",
      created_at: CREATED,
      orchestrator: {},
      energy: {
        co2_grams_eq_per_kwh: 0,
        schedules: cluster.energySchedules.map(({ name }) => ({ name, price_per_kwh: "0" })),
      },
    });
  });
}

function closed({ origin }: ApiContext): object {
  const callbacks = { callback_urls: CALLBACK_URLS, headless_callback_url: headlessCallbackUrl(origin) };
  return { ...placed(fixed.login, { origin }), ...callbacks };
}

function open(context: ApiContext, user: string): object {
  const { platform, origin } = context;
  const clusters = clustersOf(platform, user);
  const projects = projectsOf(platform, user);
  return {
    ...closed(context),
    authorized: true,
    admin_url: `${origin}/apis/admin/v1`,
    vcluster_url: `${origin}/apis/vcluster/v1`,
    orgs: [...new Set(projects.map(({ org }) => org))].map((name) => ({ name, role: "user" })),
    clusters: clusters.map((cluster) => clusterView(context, user, cluster)),
    projects: projects.map(({ name, cluster, org, members }) => ({
      name,
      role: members[baseName(user)],
      cluster_name: cluster,
      org_name: org,
    })),
  };
}

function clusterView({ origin, platform }: ApiContext, user: string, cluster: Cluster): object {
  const { name } = cluster;
  return {
    name,
    orgs: orgsOf(platform, user, name),
    ...placed(fixed.cluster, { origin, name, registry: registryHost(name) }),
    resource_pool_types: cluster.pools.map(poolView),
    resource_presets: cluster.presets.map(presetView),
    energy_schedules: cluster.energySchedules,
  };
}

/** With the addresses of this emulator in it. */
function placed(fixedPart: object, names: Record<string, string>): object {
  const texts = JSON.stringify(fixedPart);
  return JSON.parse(texts.replace(/\{(\w+)\}/g, (_all, name: string) => names[name] ?? ""));
}

/** Nodes are never kept idle, so there is no size of that to show. */
function poolView({ is_preemptible, ...pool }: Cluster["pools"][number]): object {
  return {
    ...pool,
    is_preemptible: is_preemptible || undefined,
    available_cpu: pool.cpu,
    available_memory: pool.memory,
    available_disk_size: pool.disk_size,
  };
}

function presetView(preset: Cluster["presets"][number]): object {
  return {
    ...preset,
    available_resource_pool_names: preset.resource_pool_names,
    memory_mb: Math.floor(preset.memory / 2 ** 20),
    is_preemptible: preset.scheduler_enabled,
    is_preemptible_node_required: preset.preemptible_node,
  };
}
