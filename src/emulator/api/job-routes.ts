import { readJson } from "../http/body.ts";
import { failure } from "../http/http-error.ts";
import type { Answer, ApiCall, ApiRoute } from "../http/router.ts";
import type { JobRecord } from "../state/job.ts";
import type { Action } from "../state/permissions.ts";
import type { ApiContext } from "./context.ts";
import { createJob } from "./create-job.ts";
import { demand, findJob } from "./find-job.ts";
import { listJobs } from "./list-jobs.ts";
import { pollerRoutes } from "./poller-routes.ts";
import { bool, dict, int, optional } from "./validate/check.ts";
import { valid } from "./validate/valid.ts";
import { view } from "./view.ts";

const BASE = "/api/v1/jobs";
const NO_CONTENT: Answer = { status: 204 };

/** Everything under `/jobs` that platform-api answers. Source: protocol reference 3.1. */
export function jobRoutes(context: ApiContext): ApiRoute[] {
  const route = (method: string, path: string, handle: ApiRoute["handle"]): ApiRoute => ({
    method,
    path: BASE + path,
    auth: "needed",
    handle,
  });
  const allowed = ({ params, user }: ApiCall, action: Action) => {
    const job = findJob(context, params.id ?? "", user);
    demand(context, user, { job, action });
    return job;
  };
  return [
    route("POST", "", (call) => createJob(context, call)),
    route("GET", "", (call) => listJobs(context, call)),
    route("GET", "/:id", async (call) => {
      const job = allowed(call, "read");
      const isShort = Boolean(call.query.get("_tests_check_materialized"));
      return { status: 200, json: isShort ? { materialized: job.materialized } : view(context, job) };
    }),
    route("DELETE", "/:id", async (call) => {
      context.lifecycle.kill(allowed(call, "write"));
      return NO_CONTENT;
    }),
    route("PUT", "/:id/max_run_time_minutes", async (call) => {
      const job = allowed(call, "write");
      job.maxRunTimeMinutes = newLifeSpan(job, await readJson(call.request));
      context.table.changed(job);
      return NO_CONTENT;
    }),
    route("POST", "/:id/drop", async (call) => {
      const job = allowed(call, "write");
      job.beingDropped = true;
      context.table.changed(job);
      return NO_CONTENT;
    }),
    route("POST", "/:id/drop_progress", async (call) => {
      const job = allowed(call, "write");
      const body = valid(dropProgress, await readJson(call.request));
      if (!job.beingDropped) throw failure(400, `Job ${job.id} is not being dropped`);
      if (body.logs_removed === true) await context.lifecycle.drop(job);
      return NO_CONTENT;
    }),
    ...pollerRoutes(context, BASE),
  ];
}

const dropProgress = dict({ logs_removed: optional(bool) });

const lifeSpan = dict({
  max_run_time_minutes: optional(int({ min: 1 })),
  additional_max_run_time_minutes: optional(int({ min: 1 })),
});

/** Source: protocol reference 3.9, last paragraph. */
function newLifeSpan(job: JobRecord, body: unknown): number {
  const given = valid(lifeSpan, body);
  if (Object.keys(given).length !== 1) {
    const names = "'max_run_time_minutes' and 'additional_max_run_time_minutes'";
    throw failure(400, `Exactly one of ${names} allowed`);
  }
  if (given.max_run_time_minutes !== undefined) return Number(given.max_run_time_minutes);
  return (job.maxRunTimeMinutes ?? 0) + Number(given.additional_max_run_time_minutes ?? 0);
}
