import { readJson } from "../http/body.ts";
import { failure, HttpError } from "../http/http-error.ts";
import type { ApiCall, ApiRoute } from "../http/router.ts";
import type { JobRecord, JobStatus } from "../state/job.ts";
import { isFinished } from "../state/job.ts";
import { moveTo, step } from "../state/job-history.ts";
import type { ApiContext } from "./context.ts";
import { findJob } from "./find-job.ts";
import { bool, dict, either, int, none, oneOf, optional, required, text } from "./validate/check.ts";
import { valid } from "./validate/valid.ts";

const STATUSES: JobStatus[] = ["pending", "suspended", "running", "succeeded", "failed", "cancelled"];

const statusBody = dict({
  status: required(oneOf(...STATUSES)),
  reason: optional(either(text({ blank: true }), none)),
  description: optional(either(text({ blank: true }), none)),
  exit_code: optional(either(int(), none)),
  transition_time: optional(text()),
});

/** What the platform's own poller calls; needs `manage` on the whole cluster. Source: protocol reference 3.1. */
export function pollerRoutes(context: ApiContext, base: string): ApiRoute[] {
  const put = (path: string, change: (job: JobRecord, body: unknown) => void): ApiRoute => ({
    method: "PUT",
    path: base + path,
    auth: "needed",
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
      if (isFinished(job)) throw failure(400, "Invalid job status transition");
      moveTo(
        job,
        step(STATUSES.find((item) => item === status) ?? "failed", context.clock.nowMs(), {
          reason: textOrNull(reason),
          description: textOrNull(description),
          ...(typeof exit_code === "number" ? { exitCode: exit_code } : {}),
        }),
      );
    }),
    put("/:id/materialized", (job, body) => {
      job.materialized = valid(dict({ materialized: required(bool) }), body).materialized === true;
    }),
  ];
}

function poller(context: ApiContext, { params, user }: ApiCall): JobRecord {
  const job = findJob(context, params.id ?? "", user);
  const missing = context.permissions.missing(user, [{ uri: `job://${job.cluster}`, action: "manage" }]);
  if (missing.length > 0) throw new HttpError(403, { missing });
  return job;
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
