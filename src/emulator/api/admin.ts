import { readJson } from "../http/body.ts";
import { failure } from "../http/http-error.ts";
import type { Answer, ApiCall, ApiRoute } from "../http/router.ts";
import type { Account, AccountKey } from "../state/accounts.ts";
import { isDecimal } from "../state/decimal.ts";
import { orgsOf } from "../state/platform.ts";
import type { ApiContext } from "./context.ts";
import { dict, either, int, none, optional, required } from "./validate/check.ts";
import { DataError } from "./validate/data-error.ts";
import { valid } from "./validate/valid.ts";

const BASE = "/apis/admin/v1/clusters/:cluster/orgs/:org";

const decimalText = (value: unknown) => {
  if (typeof value !== "string" || !isDecimal(value)) throw new DataError("value is not a decimal");
  return value;
};
const quotaBody = dict({
  quota: required(dict({ total_running_jobs: optional(either(none, int({ min: 0 }))) })),
});
const balanceBody = dict({ credits: optional(either(none, decimalText)) });

/**
 * Quotas and credits of an org and of its members. Whoever belongs to the org may read them and, so that an
 * emulator can be set up from outside, change them. Source: protocol reference 7.2.
 */
export function adminRoutes(context: ApiContext): ApiRoute[] {
  const route = (
    method: string,
    path: string,
    handle: (call: ApiCall, key: AccountKey) => Promise<Answer>,
  ): ApiRoute => ({
    method,
    path: BASE + path,
    auth: "needed",
    handle: (call) => handle(call, keyOf(context, call)),
  });
  const answer = async (_call: ApiCall, key: AccountKey) => ({
    status: 200,
    json: accountView(context, key),
  });
  const quota = async (call: ApiCall, key: AccountKey) => {
    setQuota(context, key, valid(quotaBody, await readJson(call.request)).quota);
    return answer(call, key);
  };
  const balance = async (call: ApiCall, key: AccountKey) => {
    setCredits(context, key, valid(balanceBody, await readJson(call.request)).credits);
    return answer(call, key);
  };
  return [
    route("GET", "", answer),
    route("GET", "/users/:user", answer),
    ...["", "/users/:user"].flatMap((path) => [
      route("PATCH", `${path}/quota`, quota),
      route("PATCH", `${path}/balance`, balance),
    ]),
  ];
}

function keyOf({ platform }: ApiContext, { params, user }: ApiCall): AccountKey {
  const { cluster = "", org = "" } = params;
  if (!orgsOf(platform, user, cluster).includes(org))
    throw failure(404, `Org ${org} not found in cluster ${cluster}`);
  if (params.user === undefined) return { cluster, org };
  if (!orgsOf(platform, params.user, cluster).includes(org))
    throw failure(404, `User ${params.user} not found`);
  return { cluster, org, user: params.user };
}

function accountView({ accounts }: ApiContext, key: AccountKey): object {
  const account = accounts.get(key);
  const own = { org_name: key.org, quota: quotaView(account), balance: balanceView(account) };
  if (key.user !== undefined) return { user_name: key.user, role: "user", ...own };
  return { ...own, default_role: "user", default_quota: {}, maintenance: false };
}

function quotaView({ runningJobs }: Account): object {
  return runningJobs === undefined ? {} : { total_running_jobs: runningJobs };
}

function balanceView({ credits, spent }: Account): object {
  return { ...(credits === undefined ? {} : { credits }), spent_credits: spent };
}

function setQuota({ accounts }: ApiContext, key: AccountKey, quota: unknown): void {
  const limit =
    typeof quota === "object" && quota !== null && "total_running_jobs" in quota
      ? quota.total_running_jobs
      : null;
  const { runningJobs: _old, ...rest } = accounts.get(key);
  accounts.set(key, limit === null ? rest : { ...rest, runningJobs: Number(limit) });
}

function setCredits({ accounts }: ApiContext, key: AccountKey, credits: unknown): void {
  const { credits: _old, ...rest } = accounts.get(key);
  accounts.set(key, typeof credits === "string" ? { ...rest, credits } : rest);
}
