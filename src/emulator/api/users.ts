import { readJson } from "../http/body.ts";
import { failure, HttpError } from "../http/http-error.ts";
import type { ApiRoute } from "../http/router.ts";
import type { Action } from "../state/permissions.ts";
import type { ApiContext } from "./context.ts";
import { dict, list, oneOf, required, text } from "./validate/check.ts";
import { valid } from "./validate/valid.ts";

const ACTIONS: Action[] = ["read", "write", "manage"];
const permissions = list(dict({ uri: required(text()), action: required(oneOf(...ACTIONS)) }));

/** Sharing: rights given to others, by those who may manage the thing. Source: protocol reference 6.6. */
export function userRoutes(context: ApiContext): ApiRoute[] {
  const path = "/api/v1/users/:user/permissions";
  const demand = (user: string, uris: readonly string[]) => {
    const missing = context.permissions.missing(
      user,
      uris.filter((uri) => !owns(context, user, uri)).map((uri) => ({ uri, action: "manage" })),
    );
    if (missing.length > 0) throw new HttpError(403, { missing });
  };
  const route = (method: string, below: string, handle: ApiRoute["handle"]): ApiRoute => ({
    method,
    path: path + below,
    auth: "needed",
    handle,
  });
  return [
    route("GET", "", async ({ user, params, query }) => {
      const rights = context.permissions.held(ownName(user, params.user));
      return { status: 200, json: rights.filter(({ uri }) => isBelow(uri, query.get("uri"))) };
    }),
    route("GET", "/shared", async ({ user, params, query }) => {
      const owner = ownName(user, params.user);
      const shares = context.permissions.sharedBy((uri) => owns(context, owner, uri));
      return { status: 200, json: shares.filter(({ uri }) => isBelow(uri, query.get("uri"))) };
    }),
    route("POST", "", async ({ user, params, request }) => {
      const granted = valid(permissions, await readJson(request)).map(toPermission);
      demand(
        user,
        granted.map(({ uri }) => uri),
      );
      context.permissions.share(nameOf(params.user), granted);
      return { status: 201, json: granted };
    }),
    route("DELETE", "", async ({ user, params, query }) => {
      const uris = query.getAll("uri");
      demand(user, uris);
      if (!context.permissions.revoke(nameOf(params.user), uris))
        throw failure(400, "Operation has no effect");
      return { status: 204 };
    }),
  ];
}

/** One's own rights are nobody else's business. @throws {HttpError} 403 */
function ownName(user: string, asked: string | undefined): string {
  const name = nameOf(asked);
  if (name === user) return name;
  throw new HttpError(403, { missing: [{ uri: `user://${name}`, action: "read" }] });
}

function isBelow(uri: string, prefix: string | null): boolean {
  if (prefix === null || uri === prefix) return true;
  const isScheme = /^[a-z]+:(\/\/)?$/.test(prefix);
  return isScheme ? uri.startsWith(prefix) : uri.startsWith(`${prefix.replace(/\/$/, "")}/`);
}

/** Service accounts have slashes in their names, which stand as colons in paths. */
function nameOf(user: string | undefined): string {
  return (user ?? "").replaceAll(":", "/");
}

function owns({ table }: ApiContext, user: string, uri: string): boolean {
  return uri.startsWith("job://") && table.get(uri.split("/").at(-1) ?? "")?.owner === user;
}

function toPermission(value: unknown): { uri: string; action: Action } {
  // The validator has just looked at it.
  const { uri, action } = value as { uri: string; action: Action };
  return { uri, action };
}
