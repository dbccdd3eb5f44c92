import { HttpError } from "./http/answer.ts";
import type { PlatformParts } from "./lifecycle/deps.ts";
import type { JobLifecycle } from "./lifecycle/index.ts";
import type { Permission, Permissions } from "./state/permissions.ts";
import type { Tokens } from "./state/tokens.ts";

export interface ApiContext extends PlatformParts {
  /** `http://host:port`, known once the server listens. */
  origin: string;
  lifecycle: JobLifecycle;
  permissions: Permissions;
  tokens: Tokens;
  /** Whether the login page asks for a token: one was chosen. */
  asksToken: boolean;
  /** Whether jobs can have things mounted. */
  isolated: boolean;
}

/** @throws {HttpError} 403 that lists the rights the user lacks. */
export function demand(
  { permissions }: Pick<ApiContext, "permissions">,
  user: string,
  ...required: readonly Permission[]
): void {
  refuseWithout(permissions.missing(user, required));
}

/** @throws {HttpError} 403 if something is missing. */
export function refuseWithout(missing: readonly Permission[]): void {
  if (missing.length > 0) throw new HttpError(403, { missing });
}

/** Whether an org and a project match the query; an absent parameter matches any. */
export function inPlace({ org, project }: { org: string; project: string }, query: URLSearchParams): boolean {
  return (query.get("org_name") ?? org) === org && (query.get("project_name") ?? project) === project;
}
