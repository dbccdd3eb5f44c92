import type { Collection } from "./collection.ts";
import type { JobRecord } from "./job.ts";
import { baseName, clustersOf, type Platform, projectsOf, type Role } from "./platform.ts";

export type Action = "read" | "write" | "manage";

/** A right on everything at or below a URI. Source: protocol reference appendix B. */
export interface Permission {
  uri: string;
  action: Action;
}

const RANK: Record<string, number> = { deny: 0, list: 1, read: 2, write: 3, manage: 4 };
const ROLE_ACTION: Record<Role, Action> = {
  reader: "read",
  writer: "write",
  manager: "manage",
  admin: "manage",
};
const SCHEMES = ["job", "storage", "image", "secret", "disk", "blob"];

/** Who may do what: rights that come with a role, and rights that were shared. */
export interface Permissions {
  /** The requirements that are not met, in their order; each is met on its own. */
  missing(user: string, required: readonly Permission[]): Permission[];
  allows(user: string, permission: Permission): boolean;
  /** Whether the job may be used that way, by its id or by its name. Source: protocol reference 3.10. */
  missingOnJob(user: string, job: JobRecord, action: Action): Permission[];
  /** All that a user may do: by role, and by what others shared. */
  held(user: string): readonly Permission[];
  /** What was shared of things that fit, and with whom. */
  sharedBy(isOwn: (uri: string) => boolean): (Permission & { user: string })[];
  share(user: string, permissions: readonly Permission[]): void;
  /** Whether there was anything to take back. */
  revoke(user: string, uris: readonly string[]): boolean;
}

/** The platform's own account, which may do everything with jobs. */
const SERVICE_USER = "compute";

/** Opens the permissions over the shares made so far. */
export function openPermissions(platform: Platform, shares: Collection<Permission[]>): Permissions {
  const roles = new Map(platform.users.map((user) => [user, roleGrants(platform, user)]));
  roles.set(
    SERVICE_USER,
    platform.clusters.map(({ name }) => ({ uri: `job://${name}`, action: "manage" })),
  );
  const held = (user: string) => [...(roles.get(baseName(user)) ?? []), ...(shares.get(user) ?? [])];
  const allows = (user: string, permission: Permission) =>
    held(user).some((grant) => covers(grant, permission));
  const missing = (user: string, required: readonly Permission[]) =>
    required.filter((item) => !allows(user, item));
  return {
    allows,
    missing,
    missingOnJob(user, job, action) {
      const alternatives = jobUris(job).map((uri) => ({ uri, action }));
      if (job.owner === user) return [];
      const unmet = missing(user, alternatives);
      return unmet.length < alternatives.length ? [] : unmet;
    },
    held,
    sharedBy: (isOwn) =>
      shares
        .entries()
        .flatMap(([user, permissions]) => permissions.map((permission) => ({ ...permission, user })))
        .filter(({ uri }) => isOwn(uri)),
    share(user, permissions) {
      shares.set(user, [...(shares.get(user) ?? []), ...permissions]);
    },
    revoke(user, uris) {
      const before = shares.get(user) ?? [];
      const kept = before.filter(({ uri }) => !uris.includes(uri));
      shares.set(user, kept);
      return kept.length < before.length;
    },
  };
}

/** `job://cluster/org/project/id`, and the same with the name for a job that has one. */
function jobUris(job: JobRecord): string[] {
  const base = `job://${job.cluster}/${job.org}/${job.project}`;
  return job.name === undefined ? [`${base}/${job.id}`] : [`${base}/${job.id}`, `${base}/${job.name}`];
}

function roleGrants(platform: Platform, user: string): Permission[] {
  const grants = projectsOf(platform, user).flatMap(({ name, cluster, org, members }) => {
    const role = members[user];
    const action = role === undefined ? "read" : ROLE_ACTION[role];
    return SCHEMES.map((scheme) => ({ uri: `${scheme}://${cluster}/${org}/${name}`, action }));
  });
  const access = clustersOf(platform, user).map(({ name }) => ({
    uri: `cluster://${name}/access`,
    action: "read" as const,
  }));
  return [...grants, ...access];
}

function covers(grant: Permission, { uri, action }: Permission): boolean {
  const under = uri === grant.uri || uri.startsWith(`${grant.uri}/`);
  return under && (RANK[grant.action] ?? 0) >= (RANK[action] ?? Number.POSITIVE_INFINITY);
}
