import type { ApiContext } from "../context.ts";
import { json, text } from "../http/answer.ts";
import { type App, param, userOf } from "../http/call.ts";
import { registryHost } from "../state/names.ts";
import { baseName, type Cluster, clustersOf, orgsOf, projectsOf } from "../state/platform.ts";
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
  return {
    authorized: false,
    auth_url: `${origin}/authorize`,
    token_url: `${origin}/oauth/token`,
    logout_url: `${origin}/v2/logout`,
    client_id: "apolo-emulator",
    audience: "https://platform.emulator.local",
    callback_urls: CALLBACK_URLS,
    headless_callback_url: headlessCallbackUrl(origin),
    success_redirect_url: `${origin}/oauth/done`,
  };
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

function clusterView(context: ApiContext, user: string, cluster: Cluster): object {
  const { origin, platform } = context;
  const { name } = cluster;
  return {
    name,
    orgs: orgsOf(platform, user, name),
    registry_url: `https://${registryHost(name)}`,
    storage_url: `${origin}/${name}/storage`,
    users_url: `${origin}/api/v1/users`,
    monitoring_url: `${origin}/${name}/monitoring/api/v1/jobs`,
    secrets_url: `${origin}/${name}/secrets`,
    disks_url: `${origin}/${name}/disks`,
    buckets_url: `${origin}/${name}/buckets`,
    resource_pool_types: cluster.pools.map(poolView),
    resource_presets: cluster.presets.map(presetView),
    timezone: "UTC",
    energy_schedules: cluster.energySchedules,
    storage_volumes: [{ name: "default", credits_per_hour_per_gb: "0" }],
    location: "this machine",
    logo_url: null,
    grafana_url: `${origin}/${name}/grafana`,
    prometheus_url: `${origin}/${name}/prometheus`,
    apps: {
      apps_hostname_templates: [],
      app_proxy_url: `${origin}/${name}/apps`,
      launchpad_use_subdomain: false,
    },
  };
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
