import type { ApiContext } from "../context.ts";
import { failure, json } from "../http/answer.ts";
import { type App, type Call, param, readJson, userOf } from "../http/call.ts";
import { type AccountKey, isDecimal } from "../state/accounts.ts";
import { orgsOf } from "../state/platform.ts";
import { dict, either, ensure, int, none, optional, valid } from "../validate/check.ts";

const ORG = "/apis/admin/v1/clusters/:cluster/orgs/:org";
const USER = `${ORG}/users/:user`;

const decimalText = (value: unknown) => {
  ensure(typeof value === "string" && isDecimal(value), "value is not a decimal");
  return value;
};
const quotaBody = dict({
  quota: dict({ total_running_jobs: optional(either(none, int({ min: 0 }))) }),
});
const balanceBody = dict({ credits: optional(either(none, decimalText)) });

/** Quotas and credits: members of an org read and, to set up an emulator, change them. Source: protocol reference 7.2. */
export function adminRoutes(app: App, context: ApiContext): void {
  const { accounts } = context;
  app.on("GET", [ORG, USER], (call) => accountAnswer(context, keyOf(context, call)));
  app.on("PATCH", [`${ORG}/quota`, `${USER}/quota`], async (call) => {
    const key = keyOf(context, call);
    const { quota } = valid(quotaBody, await readJson(call));
    accounts.set(key, { ...accounts.get(key), runningJobs: quota.total_running_jobs ?? undefined });
    return accountAnswer(context, key);
  });
  app.on("PATCH", [`${ORG}/balance`, `${USER}/balance`], async (call) => {
    const key = keyOf(context, call);
    const { credits } = valid(balanceBody, await readJson(call));
    accounts.set(key, { ...accounts.get(key), credits: credits ?? undefined });
    return accountAnswer(context, key);
  });
}

function keyOf({ platform }: ApiContext, call: Call): AccountKey {
  const caller = userOf(call);
  const [cluster, org, user] = [param(call, "cluster"), param(call, "org"), param(call, "user")];
  if (!orgsOf(platform, caller, cluster).includes(org))
    throw failure(404, `Org ${org} not found in cluster ${cluster}`);
  if (user === "") return { cluster, org };
  if (!orgsOf(platform, user, cluster).includes(org)) throw failure(404, `User ${user} not found`);
  return { cluster, org, user };
}

function accountAnswer({ accounts }: ApiContext, key: AccountKey): Response {
  const { runningJobs, credits, spent } = accounts.get(key);
  const own = {
    org_name: key.org,
    quota: { total_running_jobs: runningJobs },
    balance: { credits, spent_credits: spent },
  };
  if (key.user !== undefined) return json({ user_name: key.user, role: "user", ...own });
  return json({ ...own, default_role: "user", default_quota: {}, maintenance: false });
}
