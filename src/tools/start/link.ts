import type { StartPlan } from "../../client/index.ts";
import { asksForToken, WITHOUT_TOKEN } from "../../jobs/output/about.ts";
import type { StartRequest } from "../../operations/start/request.ts";

/** Why the link of what would be started ends at a login, while the choice can still be made. */
export function linkDoubts({ items: [item] }: Pick<StartRequest, "items">, { body }: StartPlan): string[] {
  const { http, command, entrypoint } = item?.options ?? {};
  if (http === undefined || !asksForToken({ command, entrypoint, image: String(body.image) })) return [];
  const without = http.requiresAuth === false ? "" : ` ${WITHOUT_TOKEN}`;
  return [`Its link ends at Jupyter's own login: the token is hidden in logs here.${without}`];
}
