import type { StartPlan } from "../../client/index.ts";
import { asksForToken, WITHOUT_TOKEN } from "../../jobs/output/about.ts";
import { present } from "../../jobs/words.ts";
import type { Checked } from "../../operations/start/check.ts";
import type { StartRequest } from "../../operations/start/request.ts";

/** Why the link of what would be started ends at a login, while the choice can still be made. */
export function linkDoubts({ items: [item] }: Pick<StartRequest, "items">, { body }: StartPlan): string[] {
  const { http, command, entrypoint } = item?.options ?? {};
  if (http === undefined || !asksForToken({ command, entrypoint, image: String(body.image) })) return [];
  const without = http.requiresAuth === false ? "" : ` ${WITHOUT_TOKEN}`;
  return [`Its link ends at Jupyter's own login: the token is hidden in logs here.${without}`];
}

/** What the caller should know of what was asked, though it was started. */
export function notesOf({ items }: Pick<StartRequest, "items">, { plan }: Pick<Checked, "plan">): string[] {
  const toRun = items[0]?.toRun;
  return plan === undefined ? [] : present([toRun?.warning, toRun?.doubt, ...linkDoubts({ items }, plan)]);
}
