import fixed from "./platform.json" with { type: "json" };

/** What a member may do in a project, weakest first. Source: protocol reference 5.4. */
export type Role = "reader" | "writer" | "manager" | "admin";

/** Times of the week in which scheduled jobs may run. Source: protocol reference 1.7. */
interface EnergySchedule {
  name: string;
  periods: { weekday: number; start_time: string; end_time: string }[];
}

export interface Cluster {
  name: string;
  orgs: string[];
  presets: Preset[];
  pools: Pool[];
  energySchedules: EnergySchedule[];
  allowsPrivileged: boolean;
  allowsPriority: boolean;
}

/** Where jobs belong, and who may do what in it. */
export interface Project {
  name: string;
  cluster: string;
  org: string;
  members: Record<string, Role>;
}

/** The fixed part of the emulated platform: who and what exists. */
export interface Platform {
  clusters: Cluster[];
  projects: Project[];
  users: string[];
}

/** Two clusters, two orgs, three people, and three projects in each cluster beside `more`; alice is the default. */
export function openPlatform(machine: Machine, gpuNodes: number, more: readonly Project[] = []): Platform {
  const orgs = ["acme", "research"];
  const energySchedules = fixed.energySchedules.map(({ name, daily }) => ({
    name,
    periods: [1, 2, 3, 4, 5, 6, 7].flatMap((weekday) => daily.map((times) => ({ weekday, ...times }))),
  }));
  const cluster = (name: string, allowsPrivileged: boolean): Cluster => ({
    name,
    orgs,
    presets: presets(machine),
    pools: pools(machine, gpuNodes),
    energySchedules,
    allowsPrivileged,
    allowsPriority: !allowsPrivileged,
  });
  // The roles in our JSON are roles.
  const projects = fixed.projects as Omit<Project, "cluster">[];
  return {
    clusters: [cluster("default", false), cluster("west", true)],
    projects: [
      ...["default", "west"].flatMap((cluster) => projects.map((own) => ({ ...own, cluster }))),
      ...more,
    ],
    users: fixed.users,
  };
}

/** Orgs of a cluster in which a user has a project, in the cluster's order. */
export function orgsOf(platform: Platform, user: string, cluster: string): string[] {
  const orgs = platform.clusters.find(({ name }) => name === cluster)?.orgs ?? [];
  return orgs.filter((org) => projectsOf(platform, user).some((p) => p.cluster === cluster && p.org === org));
}

/** Clusters in which a user has a project, in the platform's order. */
export function clustersOf(platform: Platform, user: string): Cluster[] {
  return platform.clusters.filter(({ name }) => orgsOf(platform, user, name).length > 0);
}

export function projectsOf(platform: Platform, user: string): Project[] {
  return platform.projects.filter(({ members }) => members[baseName(user)] !== undefined);
}

/** A service account (`user/service-accounts/x`) has the rights of its user. Source: protocol reference 3.5. */
export function baseName(user: string): string {
  return user.split("/", 1)[0] ?? user;
}

/** Accelerators of a preset or pool, as `/config` says them. Source: protocol reference 1.7. */
interface Gpu {
  count: number;
  model: string;
  memory?: number;
}

/** A size of job with its price, as `/config` says it. Source: protocol reference 1.7. */
export interface Preset {
  name: string;
  /** Decimal text. */
  credits_per_hour: string;
  cpu: number;
  /** Bytes. */
  memory: number;
  nvidia_gpu?: Gpu;
  scheduler_enabled: boolean;
  preemptible_node: boolean;
  resource_pool_names: string[];
}

/** A kind of node, as `/config` says it; between `min_size` and `max_size` of them. Source: protocol reference 1.7. */
export interface Pool {
  name: string;
  min_size: number;
  max_size: number;
  cpu: number;
  memory: number;
  disk_size: number;
  nvidia_gpu?: Gpu;
  is_preemptible: boolean;
}

interface Machine {
  cpus: number;
  memoryBytes: number;
}

const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** The presets: CPU ones are shares of this machine, GPU ones made-up nodes, taken whole. The first is the default. */
function presets(machine: Machine): Preset[] {
  const small = fixed.cpuPresets.map(({ name, share, credits_per_hour }) => ({
    name,
    credits_per_hour,
    cpu: Math.max(0.1, floorTo(machine.cpus * share, 0.025)),
    memory: Math.max(64 * MIB, floorTo(machine.memoryBytes * share, 64 * MIB)),
    scheduler_enabled: false,
    preemptible_node: false,
    resource_pool_names: ["cpu"],
  }));
  const large = fixed.gpuNodes.map(({ credits_per_hour, ...node }) => ({
    ...node,
    credits_per_hour,
    scheduler_enabled: isSpot(node),
    preemptible_node: isSpot(node),
    resource_pool_names: [node.name],
  }));
  return [...small, ...large];
}

/** The node pools behind the presets. `gpuNodes` is the size of each GPU pool. */
function pools(machine: Machine, gpuNodes: number): Pool[] {
  const cpu = Math.max(machine.cpus, 1.6);
  const memory = Math.max(machine.memoryBytes, GIB);
  const cpuPool = { name: "cpu", min_size: 1, max_size: 2, cpu, memory };
  const gpuPools = fixed.gpuNodes.map(({ credits_per_hour: _price, ...node }) => ({
    ...node,
    min_size: 0,
    max_size: gpuNodes,
  }));
  return [cpuPool, ...gpuPools].map((pool) => ({
    ...pool,
    disk_size: 150 * GIB,
    is_preemptible: isSpot(pool),
  }));
}

const isSpot = ({ name }: { name: string }) => name.endsWith("-spot");

function floorTo(value: number, step: number): number {
  return Number((Math.floor(value / step + 1e-9) * step).toFixed(6));
}
