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

/** Who may do what: rights that come with a role, and rights that were shared. */
export class Permissions {
  readonly #shares: Collection<Permission[]>;
  readonly #roles: Map<string, Permission[]>;

  constructor(platform: Platform, shares: Collection<Permission[]>) {
    this.#shares = shares;
    this.#roles = new Map(platform.users.map((user) => [user, roleGrants(platform, user)]));
  }

  /** The requirements that are not met, in their order; each is met on its own. */
  missing(user: string, required: readonly Permission[]): Permission[] {
    return required.filter((permission) => !this.allows(user, permission));
  }

  allows(user: string, { uri, action }: Permission): boolean {
    const covering = this.held(user).filter((grant) => uri === grant.uri || uri.startsWith(`${grant.uri}/`));
    return covering.some((grant) => RANK[grant.action] >= RANK[action]);
  }

  /** What is missing to use a job that way, by its id or by its name. Source: protocol reference 3.10. */
  missingOnJob(user: string, job: JobRecord, action: Action): Permission[] {
    if (job.owner === user) return [];
    const base = `job://${job.cluster}/${job.org}/${job.project}`;
    const names = job.name === undefined ? [job.id] : [job.id, job.name];
    const alternatives = names.map((name) => ({ uri: `${base}/${name}`, action }));
    const unmet = this.missing(user, alternatives);
    return unmet.length < alternatives.length ? [] : unmet;
  }

  /** All that a user may do: by role, and by what others shared. */
  held(user: string): readonly Permission[] {
    return [...(this.#roles.get(baseName(user)) ?? []), ...(this.#shares.get(user) ?? [])];
  }

  /** What was shared of things that fit, and with whom. */
  sharedBy(isOwn: (uri: string) => boolean): (Permission & { user: string })[] {
    return [...this.#shares].flatMap(([user, permissions]) => {
      const own = permissions.filter(({ uri }) => isOwn(uri));
      return own.map((permission) => ({ ...permission, user }));
    });
  }

  share(user: string, permissions: readonly Permission[]): void {
    this.#shares.set(user, [...(this.#shares.get(user) ?? []), ...permissions]);
  }

  revoke(user: string, uris: readonly string[]): boolean {
    const before = this.#shares.get(user) ?? [];
    const kept = before.filter(({ uri }) => !uris.includes(uri));
    this.#shares.set(user, kept);
    return kept.length < before.length;
  }
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
