import { randomUUID } from "node:crypto";
import { type ApiContext, demand, inPlace } from "../context.ts";
import { empty, failure, HttpError, json } from "../http/answer.ts";
import { type App, type Call, param, queryOf, readJson, userOf } from "../http/call.ts";
import type { Disk } from "../lifecycle/deps.ts";
import { isoTime } from "../state/names.ts";
import type { Action } from "../state/permissions.ts";
import { dict, either, float, int, none, optional, pattern, text, valid } from "../validate/check.ts";
import { placeName } from "../validate/job-request.ts";

const name = pattern(text({ min: 3, max: 40 }), "^[a-z](?:-?[a-z0-9])*(?!\\n)$");
const diskBody = dict({
  storage: int({ min: 1 }),
  project_name: placeName,
  org_name: placeName,
  name: optional(either(none, name)),
  life_span: optional(either(none, float({ min: 0 }))),
});

/** Persistent disks: as much of their service as jobs and the official tools need. Source: protocol reference 5.4, 6.3. */
export function diskRoutes(app: App, context: ApiContext, cluster: string): void {
  const base = `/${cluster}/disks`;
  const all = () => [...context.disks.values()].filter((disk) => disk.cluster === cluster);
  const found = (call: Call, action: Action) => {
    const user = userOf(call);
    const [wanted, query] = [param(call, "disk"), queryOf(call)];
    const disk = all().find(
      ({ id, name, ...place }) => id === wanted || (name === wanted && inPlace(place, query)),
    );
    if (disk === undefined) throw failure(404, `Disk ${wanted} not found`);
    demand(context, user, { uri: uriOf(disk), action });
    return disk;
  };
  app.get(base, (call) => {
    const [user, query] = [userOf(call), queryOf(call)];
    const readable = (disk: Disk) => context.permissions.allows(user, { uri: uriOf(disk), action: "read" });
    const shown = all().filter((disk) => inPlace(disk, query) && readable(disk));
    return json(shown.map(diskView));
  });
  app.post(base, async (call) => {
    const owner = userOf(call);
    const body = valid(diskBody, await readJson(call));
    const disk: Disk = {
      id: `disk-${randomUUID()}`,
      cluster,
      owner,
      org: body.org_name,
      project: body.project_name,
      storage: body.storage,
      name: body.name ?? undefined,
      lifeSpanSeconds: body.life_span ?? undefined,
      createdMs: context.clock.nowMs(),
    };
    demand(context, owner, { uri: projectOf(disk), action: "write" });
    const isTaken = all().some((own) => own.name === disk.name && projectOf(own) === projectOf(disk));
    if (disk.name !== undefined && isTaken) {
      const description = `Disk with name ${disk.name} already exists for project ${disk.project}`;
      throw new HttpError(409, { code: "DiskNameUsed", description });
    }
    context.disks.set(disk.id, disk);
    return json(diskView(disk), 201);
  });
  app.get(`${base}/:disk`, (call) => json(diskView(found(call, "read"))));
  app.delete(`${base}/:disk`, (call) => {
    context.disks.delete(found(call, "write").id);
    return empty();
  });
}

const projectOf = ({ cluster, org, project }: Disk) => `disk://${cluster}/${org}/${project}`;
const uriOf = (disk: Disk) => `${projectOf(disk)}/${disk.id}`;

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
