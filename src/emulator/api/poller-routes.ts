import { unauthorized } from "../http/authenticate.ts";
import { readJson } from "../http/body.ts";
import { failure, HttpError } from "../http/http-error.ts";
import type { ApiCall, ApiRoute } from "../http/router.ts";
import { current, isFinished, type JobRecord, type JobStatus } from "../state/job.ts";
import { moveTo, sameStep, step } from "../state/job-history.ts";
import type { ApiContext } from "./context.ts";
import { bool, dict, either, int, none, optional, required, text } from "./validate/check.ts";
import { valid } from "./validate/valid.ts";

const STATUSES: JobStatus[] = ["pending", "suspended", "running", "succeeded", "failed", "cancelled"];

const statusBody = dict({
  status: required(text()),
  reason: optional(either(text({ blank: true }), none)),
  description: optional(either(text({ blank: true }), none)),
  exit_code: optional(either(int(), none)),
});

/** What the platform's own poller calls; needs `manage` on the whole cluster. Source: protocol reference 3.1. */
export function pollerRoutes(context: ApiContext, base: string): ApiRoute[] {
  const put = (path: string, change: (job: JobRecord, body: unknown) => void): ApiRoute => ({
    method: "PUT",
    path: base + path,
    auth: "maybe",
    async handle(call) {
      const job = poller(context, call);
      change(job, await readJson(call.request));
      context.table.changed(job);
      return { status: 204 };
    },
  });
  return [
    put("/:id/status", (job, body) => {
      const { status, reason, description, exit_code } = valid(statusBody, body);
      const next = STATUSES.find((one) => one === status);
      if (next === undefined) throw failure(400, `'${String(status)}' is not a valid JobStatus`);
      const item = step(next, context.clock.nowMs(), {
        reason: textOrNull(reason),
        description: textOrNull(description),
        ...(typeof exit_code === "number" ? { exitCode: exit_code } : {}),
      });
      if (isFinished(job) && !sameStep(current(job), item))
        throw failure(400, "Invalid job status transition");
      moveTo(job, item);
    }),
    put("/:id/materialized", (job, body) => {
      job.materialized = valid(dict({ materialized: required(bool) }), body).materialized === true;
    }),
  ];
}

/** By id only, and before anybody asks who calls. */
function poller(context: ApiContext, { params, user }: ApiCall): JobRecord {
  const job = context.table.get(params.id ?? "");
  if (job === undefined) throw failure(400, `no such job ${params.id}`);
  if (user === "") throw unauthorized();
  const missing = context.permissions.missing(user, [{ uri: `job://${job.cluster}`, action: "manage" }]);
  if (missing.length > 0) throw new HttpError(403, { missing });
  return job;
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
