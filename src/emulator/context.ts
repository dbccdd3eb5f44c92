import type { Clock } from "./clock.ts";
import { HttpError } from "./http/answer.ts";
import type { Hold } from "./lifecycle/deps.ts";
import type { JobLifecycle } from "./lifecycle/index.ts";
import type { Timing } from "./lifecycle/timing.ts";
import type { LogStore } from "./logs/store.ts";
import type { Accounts } from "./state/accounts.ts";
import type { Folders, SavedImages } from "./state/folders.ts";
import type { JobTable } from "./state/job-table.ts";
import type { Action, Permission, Permissions } from "./state/permissions.ts";
import type { Platform } from "./state/platform.ts";
import type { Collection } from "./state/store.ts";
import type { Tokens } from "./state/tokens.ts";

/** A persistent disk. Source: protocol reference 5.4. */
export interface Disk {
  id: string;
  name?: string | undefined;
  cluster: string;
  org: string;
  project: string;
  owner: string;
  /** Bytes. */
  storage: number;
  lifeSpanSeconds?: number | undefined;
  createdMs: number;
}

/** What the routes of the API work on. */
export interface ApiContext {
  /** `http://host:port`, known once the server listens. */
  origin: string;
  platform: Platform;
  table: JobTable;
  lifecycle: JobLifecycle;
  permissions: Permissions;
  accounts: Accounts;
  tokens: Tokens;
  /** Whether the login page asks for a token: one was chosen. */
  asksToken: boolean;
  clock: Clock;
  timing: Timing;
  images: SavedImages;
  logs: LogStore;
  folders: Folders;
  /** By `cluster/org/project/key`. */
  secrets: Collection<string>;
  disks: Collection<Disk>;
  /** Jobs that a scene keeps waiting, by id. */
  pinned: Map<string, Hold>;
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

export type { Action };
