import { randomUUID } from "node:crypto";
import { readJson } from "../http/body.ts";
import { failure, HttpError } from "../http/http-error.ts";
import type { ApiCall, ApiRoute } from "../http/router.ts";
import { isoTime } from "../state/names.ts";
import type { Action } from "../state/permissions.ts";
import type { ApiContext, Disk } from "./context.ts";
import { dict, either, float, int, none, optional, pattern, required, text } from "./validate/check.ts";
import { placeName } from "./validate/job-request.ts";
import { valid } from "./validate/valid.ts";

const diskName = pattern(
  text({ min: 3, max: 40 }),
  /^[a-z](?:-?[a-z0-9])*$/,
  "^[a-z](?:-?[a-z0-9])*(?!\\n)$",
);

const diskBody = dict({
  storage: required(int({ min: 1 })),
  project_name: required(placeName),
  org_name: required(placeName),
  name: optional(either(none, diskName)),
  life_span: optional(either(none, float({ min: 0 }))),
});

/** Persistent disks: as much of their service as jobs and the official tools need. Source: protocol reference 5.4, 6.3. */
export function diskRoutes(context: ApiContext, cluster: string): ApiRoute[] {
  const base = `/${cluster}/disks`;
  const route = (method: string, path: string, handle: ApiRoute["handle"]): ApiRoute => ({
    method,
    path: base + path,
    auth: "needed",
    handle,
  });
  const found = (call: ApiCall, action: Action) => {
    const disk = find(context, cluster, call);
    demand(context, call.user, { uri: uriOf(disk), action });
    return disk;
  };
  return [
    route("GET", "", async ({ user, query }) => {
      const disks = context.disks.entries().map(([, disk]) => disk);
      const shown = disks.filter(
        (disk) => disk.cluster === cluster && inPlace(disk, query) && readable(context, user, disk),
      );
      return { status: 200, json: shown.map(diskView) };
    }),
    route("POST", "", async ({ user, request }) => {
      const body = valid(diskBody, await readJson(request));
      const disk = toDisk(context, body, { cluster, owner: user });
      demand(context, user, { uri: `disk://${cluster}/${disk.org}/${disk.project}`, action: "write" });
      refuseTaken(context, disk);
      context.disks.set(disk.id, disk);
      return { status: 201, json: diskView(disk) };
    }),
    route("GET", "/:disk", async (call) => ({ status: 200, json: diskView(found(call, "read")) })),
    route("DELETE", "/:disk", async (call) => {
      context.disks.delete(found(call, "write").id);
      return { status: 204 };
    }),
  ];
}

function find({ disks }: ApiContext, cluster: string, { params, query }: ApiCall): Disk {
  const wanted = params.disk ?? "";
  const found = disks
    .entries()
    .map(([, disk]) => disk)
    .find(
      (disk) =>
        disk.cluster === cluster && (disk.id === wanted || (disk.name === wanted && inPlace(disk, query))),
    );
  if (found === undefined) throw failure(404, `Disk ${wanted} not found`);
  return found;
}

function toDisk(
  { clock }: ApiContext,
  body: Record<string, unknown>,
  own: { cluster: string; owner: string },
): Disk {
  return {
    ...own,
    id: `disk-${randomUUID()}`,
    org: String(body.org_name),
    project: String(body.project_name),
    storage: Number(body.storage),
    name: typeof body.name === "string" ? body.name : undefined,
    lifeSpanSeconds: typeof body.life_span === "number" ? body.life_span : undefined,
    createdMs: clock.nowMs(),
  };
}

/** @throws {HttpError} 409: a name stands for one disk of its project. */
function refuseTaken({ disks }: ApiContext, { name, cluster, org, project }: Disk): void {
  if (name === undefined) return;
  const taken = disks
    .entries()
    .some(
      ([, disk]) =>
        disk.name === name && disk.cluster === cluster && disk.org === org && disk.project === project,
    );
  if (!taken) return;
  const description = `Disk with name ${name} already exists for project ${project}`;
  throw new HttpError(409, { code: "DiskNameUsed", description });
}

function inPlace({ org, project }: Disk, query: URLSearchParams): boolean {
  return (query.get("org_name") ?? org) === org && (query.get("project_name") ?? project) === project;
}

function uriOf({ id, cluster, org, project }: Disk): string {
  return `disk://${cluster}/${org}/${project}/${id}`;
}

function readable({ permissions }: ApiContext, user: string, disk: Disk): boolean {
  return permissions.allows(user, { uri: uriOf(disk), action: "read" });
}

function demand(
  { permissions }: ApiContext,
  user: string,
  permission: { uri: string; action: Action },
): void {
  const missing = permissions.missing(user, [permission]);
  if (missing.length > 0) throw new HttpError(403, { missing });
}

function diskView({ id, name, storage, owner, org, project, createdMs, lifeSpanSeconds }: Disk): object {
  return {
    id,
    storage,
    owner,
    project_name: project,
    org_name: org,
    status: "Ready",
    created_at: isoTime(createdMs),
    last_usage: null,
    used_bytes: 0,
    name: name ?? null,
    life_span: lifeSpanSeconds ?? null,
  };
}
