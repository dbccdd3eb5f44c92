import { type ApiContext, demand, refuseWithout } from "../context.ts";
import { empty, failure, json } from "../http/answer.ts";
import { type App, type Call, param, queryOf, readJson, userOf } from "../http/call.ts";
import type { Action } from "../state/permissions.ts";
import { dict, list, oneOf, text, valid } from "../validate/check.ts";

const permissionsBody = list(dict({ uri: text(), action: oneOf<Action>("read", "write", "manage") }));

/** Sharing: rights given to others, by those who may manage the thing. Source: protocol reference 6.6. */
export function userRoutes(app: App, context: ApiContext): void {
  const base = "/api/v1/users/:user/permissions";
  const { permissions } = context;
  const demandAll = (user: string, uris: readonly string[]) => {
    const others = uris.filter((uri) => !owns(context, user, uri));
    demand(context, user, ...others.map((uri) => ({ uri, action: "manage" as const })));
  };
  const below = (call: Call) => {
    const prefix = queryOf(call).get("uri");
    const isScheme = prefix === null || /^[a-z]+:(\/\/)?$/.test(prefix);
    const start = isScheme ? (prefix ?? "") : `${prefix.replace(/\/$/, "")}/`;
    return ({ uri }: { uri: string }) => uri === prefix || uri.startsWith(start);
  };
  app.get(base, (call) => json(permissions.held(ownName(call)).filter(below(call))));
  app.get(`${base}/shared`, (call) => {
    const owner = ownName(call);
    return json(permissions.sharedBy((uri) => owns(context, owner, uri)).filter(below(call)));
  });
  app.post(base, async (call) => {
    const user = userOf(call);
    const granted = valid(permissionsBody, await readJson(call));
    const uris = granted.map(({ uri }) => uri);
    demandAll(user, uris);
    permissions.share(nameOf(call), granted);
    return json(granted, 201);
  });
  app.delete(base, (call) => {
    const user = userOf(call);
    const uris = queryOf(call).getAll("uri");
    demandAll(user, uris);
    if (!permissions.revoke(nameOf(call), uris)) throw failure(400, "Operation has no effect");
    return empty();
  });
}

/** Users may only ask for their own rights. @throws {HttpError} 403 */
function ownName(call: Call): string {
  const [user, name] = [userOf(call), nameOf(call)];
  if (name !== user) refuseWithout([{ uri: `user://${name}`, action: "read" }]);
  return name;
}

/** Slashes in the names of service accounts are colons in paths. */
function nameOf(call: Call): string {
  return param(call, "user").replaceAll(":", "/");
}

function owns({ table }: ApiContext, user: string, uri: string): boolean {
  return uri.startsWith("job://") && table.get(uri.split("/").at(-1) ?? "")?.owner === user;
}
