import type { JobRecord } from "./job.ts";
import { baseName, clustersOf, type Platform, projectsOf, type Role } from "./platform.ts";
import type { Collection } from "./store.ts";

export type Action = "read" | "write" | "manage";

/** A right on everything at or below a URI. Source: protocol reference appendix B. */
export interface Permission {
  uri: string;
  action: Action;
}

const RANK: Record<Action, number> = { read: 0, write: 1, manage: 2 };
const ROLE_ACTION: Record<Role, Action> = {
  reader: "read",
  writer: "write",
  manager: "manage",
  admin: "manage",
};
const SCHEMES = ["job", "storage", "image", "secret", "disk", "blob"];

export type Permissions = ReturnType<typeof openPermissions>;

/** Who may do what: rights that come with a role, and rights that were shared. */
export function openPermissions(platform: Platform, shares: Collection<Permission[]>) {
  const roles = new Map(platform.users.map((user) => [user, roleGrants(platform, user)]));
  const shared = (user: string) => shares.get(user) ?? [];
  /** All that a user may do: by role, and by what others shared. */
  const held = (user: string) => [...(roles.get(baseName(user)) ?? []), ...shared(user)];
  const allows = (user: string, { uri, action }: Permission) => {
    const covering = held(user).filter((grant) => uri === grant.uri || uri.startsWith(`${grant.uri}/`));
    return covering.some((grant) => RANK[grant.action] >= RANK[action]);
  };
  /** The requirements that are not met, in their order; each is met on its own. */
  const missing = (user: string, required: readonly Permission[]) =>
    required.filter((permission) => !allows(user, permission));
  return {
    held,
    allows,
    missing,
    /** What is missing to use a job that way, by its id or by its name. Source: protocol reference 3.10. */
    missingOnJob(user: string, job: JobRecord, action: Action): Permission[] {
      if (job.owner === user) return [];
      const base = `job://${job.cluster}/${job.org}/${job.project}`;
      const names = job.name === undefined ? [job.id] : [job.id, job.name];
      const alternatives = names.map((name) => ({ uri: `${base}/${name}`, action }));
      const unmet = missing(user, alternatives);
      return unmet.length < alternatives.length ? [] : unmet;
    },
    /** What was shared of things that fit, and with whom. */
    sharedBy(isOwn: (uri: string) => boolean): (Permission & { user: string })[] {
      return [...shares].flatMap(([user, permissions]) =>
        permissions.filter(({ uri }) => isOwn(uri)).map((permission) => ({ ...permission, user })),
      );
    },
    share: (user: string, permissions: readonly Permission[]) =>
      void shares.set(user, [...shared(user), ...permissions]),
    revoke(user: string, uris: readonly string[]): boolean {
      const before = shared(user);
      const kept = before.filter(({ uri }) => !uris.includes(uri));
      shares.set(user, kept);
      return kept.length < before.length;
    },
  };
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
