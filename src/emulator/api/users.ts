import { readJson } from "../http/body.ts";
import { HttpError } from "../http/http-error.ts";
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
  return [
    {
      method: "GET",
      path,
      auth: "needed",
      handle: async ({ params }) => ({ status: 200, json: context.permissions.shared(nameOf(params.user)) }),
    },
    {
      method: "POST",
      path,
      auth: "needed",
      async handle({ user, params, request }) {
        const granted = valid(permissions, await readJson(request)).map(toPermission);
        demand(
          user,
          granted.map(({ uri }) => uri),
        );
        context.permissions.share(nameOf(params.user), granted);
        return { status: 201, json: granted };
      },
    },
    {
      method: "DELETE",
      path,
      auth: "needed",
      async handle({ user, params, query }) {
        const uris = query.getAll("uri");
        demand(user, uris);
        context.permissions.revoke(nameOf(params.user), uris);
        return { status: 204 };
      },
    },
  ];
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
