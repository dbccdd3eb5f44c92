import { type Machine, type Pool, type Preset, pools, presets } from "./hardware.ts";
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
  const cluster = (name: string, allowsPrivileged: boolean): Cluster => ({
    name,
    orgs,
    presets: presets(machine),
    pools: pools(machine, gpuNodes),
    energySchedules: fixed.energySchedules,
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

/** Projects a user is a member of. */
export function projectsOf(platform: Platform, user: string): Project[] {
  return platform.projects.filter(({ members }) => members[baseName(user)] !== undefined);
}

/** A service account (`user/service-accounts/x`) has the rights of its user. Source: protocol reference 3.5. */
export function baseName(user: string): string {
  return user.split("/", 1)[0] ?? user;
}
