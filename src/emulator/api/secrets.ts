import { readJson } from "../http/body.ts";
import { failure, HttpError } from "../http/http-error.ts";
import type { ApiCall, ApiRoute } from "../http/router.ts";
import type { Action } from "../state/permissions.ts";
import type { ApiContext } from "./context.ts";
import { dict, pattern, required, text } from "./validate/check.ts";
import { placeName } from "./validate/job-request.ts";
import { valid } from "./validate/valid.ts";

const secretKey = pattern(
  text({ min: 1, max: 253 }),
  /^(?!\.$|\.\.)[a-zA-Z0-9_\-.]+$/,
  "\\A(?!\\.\\Z|\\.\\.)[a-zA-Z0-9_\\-.]+\\Z",
);

const secretBody = dict({
  key: required(secretKey),
  /** Base64. */
  value: required(text({ blank: true })),
  project_name: required(placeName),
  org_name: required(placeName),
});

/** Secrets: as much of their service as jobs and the official tools need. Source: protocol reference 1.7. */
export function secretRoutes(context: ApiContext, cluster: string): ApiRoute[] {
  const route = (method: string, path: string, handle: ApiRoute["handle"]): ApiRoute => ({
    method,
    path: `/${cluster}/secrets${path}`,
    auth: "needed",
    handle,
  });
  const demand = (user: string, path: string, action: Action) => {
    const missing = context.permissions.missing(user, [{ uri: `secret://${path}`, action }]);
    if (missing.length > 0) throw new HttpError(403, { missing });
  };
  return [
    route("GET", "", async ({ user, query }) => {
      const visible = context.secrets
        .entries()
        .map(([path]) => path)
        .filter((path) => path.startsWith(`${cluster}/`) && inPlace(path, query))
        .filter((path) => context.permissions.allows(user, { uri: `secret://${path}`, action: "read" }));
      return { status: 200, json: visible.map((path) => secretView(path)) };
    }),
    route("POST", "", async ({ user, request }) => {
      const body = valid(secretBody, await readJson(request));
      const path = [cluster, body.org_name, body.project_name, body.key].join("/");
      demand(user, projectOf(path), "write");
      context.secrets.set(path, Buffer.from(String(body.value), "base64").toString("utf8"));
      return { status: 201, json: secretView(path) };
    }),
    route("GET", "/:key", async (call) => {
      const path = pathOf(call, cluster);
      demand(call.user, path, "read");
      const value = context.secrets.get(path);
      if (value === undefined) throw failure(404, `Secret '${call.params.key}' not found`);
      return { status: 200, json: { ...secretView(path), value: Buffer.from(value).toString("base64") } };
    }),
    route("DELETE", "/:key", async (call) => {
      const path = pathOf(call, cluster);
      demand(call.user, projectOf(path), "write");
      if (!context.secrets.delete(path)) throw failure(404, `Secret '${call.params.key}' not found`);
      return { status: 204 };
    }),
  ];
}

function pathOf({ params, query }: ApiCall, cluster: string): string {
  const key = valid(secretKey, params.key);
  return [cluster, query.get("org_name"), query.get("project_name"), key].join("/");
}

/** Keys of one project are written together. */
function projectOf(path: string): string {
  return path.split("/").slice(0, 3).join("/");
}

function inPlace(path: string, query: URLSearchParams): boolean {
  const [, org, project] = path.split("/");
  return (query.get("org_name") ?? org) === org && (query.get("project_name") ?? project) === project;
}

/** A project's secrets lie together, so the project counts as their owner. */
function secretView(path: string) {
  const [, org_name, project_name, ...key] = path.split("/");
  return { key: key.join("/"), owner: project_name, project_name, org_name };
}
