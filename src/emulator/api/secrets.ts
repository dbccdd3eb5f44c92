import { type ApiContext, demand, inPlace } from "../context.ts";
import { empty, failure, json } from "../http/answer.ts";
import { type App, type Call, param, queryOf, readJson, userOf } from "../http/call.ts";
import type { Action } from "../state/permissions.ts";
import { dict, pattern, text, valid } from "../validate/check.ts";
import { placeName } from "../validate/job-request.ts";

const secretKey = pattern(text({ min: 1, max: 253 }), "\\A(?!\\.\\Z|\\.\\.)[a-zA-Z0-9_\\-.]+\\Z");

const secretBody = dict({
  key: secretKey,
  /** Base64. */
  value: text({ blank: true }),
  project_name: placeName,
  org_name: placeName,
});

/** Secrets: as much of their service as jobs and the official tools need. Source: protocol reference 1.7. */
export function secretRoutes(app: App, context: ApiContext, cluster: string): void {
  const base = `/${cluster}/secrets`;
  const { secrets, permissions } = context;
  const permission = (path: string, action: Action) => ({ uri: `secret://${path}`, action });
  app.get(base, (call) => {
    const [user, query] = [userOf(call), queryOf(call)];
    const own = [...secrets.keys()].filter((path) => path.startsWith(`${cluster}/`));
    const shown = own.filter((path) => permissions.allows(user, permission(path, "read"))).map(secretView);
    return json(shown.filter(({ org_name: org, project_name: project }) => inPlace({ org, project }, query)));
  });
  app.post(base, async (call) => {
    const user = userOf(call);
    const body = valid(secretBody, await readJson(call));
    const path = [cluster, body.org_name, body.project_name, body.key].join("/");
    demand(context, user, permission(projectOf(path), "write"));
    secrets.set(path, Buffer.from(body.value, "base64").toString("utf8"));
    return json(secretView(path), 201);
  });
  app.get(`${base}/:key`, (call) => {
    const user = userOf(call);
    const path = pathOf(call, cluster);
    demand(context, user, permission(path, "read"));
    const value = secrets.get(path);
    if (value === undefined) throw notFound(call);
    return json({ ...secretView(path), value: Buffer.from(value).toString("base64") });
  });
  app.delete(`${base}/:key`, (call) => {
    const user = userOf(call);
    const path = pathOf(call, cluster);
    demand(context, user, permission(projectOf(path), "write"));
    if (!secrets.delete(path)) throw notFound(call);
    return empty();
  });
}

const notFound = (call: Call) => failure(404, `Secret '${param(call, "key")}' not found`);

function pathOf(call: Call, cluster: string): string {
  const query = queryOf(call);
  const key = valid(secretKey, param(call, "key"));
  return [cluster, query.get("org_name"), query.get("project_name"), key].join("/");
}

/** The right to write covers all keys of a project. */
function projectOf(path: string): string {
  return path.split("/").slice(0, 3).join("/");
}

/** A secret belongs to its project, so the project is shown as its owner. */
function secretView(path: string) {
  const [, org_name = "", project_name = "", ...key] = path.split("/");
  return { key: key.join("/"), owner: project_name, project_name, org_name };
}
