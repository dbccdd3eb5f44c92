import { type ApiContext, refuseWithout } from "../context.ts";
import { empty, failure, HttpError, json, unauthorized } from "../http/answer.ts";
import { type App, type Call, param, queryOf, readJson, userOf } from "../http/call.ts";
import type { JobRecord } from "../state/job.ts";
import type { Action } from "../state/permissions.ts";
import { bool, dict, int, optional, valid } from "../validate/check.ts";
import { createJob } from "./create-job.ts";
import { view } from "./job-view.ts";
import { listJobs } from "./list-jobs.ts";

const JOBS = "/api/v1/jobs";

/** Everything under `/jobs` that platform-api answers. Source: protocol reference 3.1. */
export function jobRoutes(app: App, context: ApiContext): void {
  const { lifecycle } = context;
  app.post(JOBS, (call) => createJob(context, call));
  app.get(JOBS, (call) => listJobs(context, call));
  app.get(`${JOBS}/:id`, (call) => {
    const job = allowed(context, call, "read");
    const isShort = Boolean(queryOf(call).get("_tests_check_materialized"));
    return json(isShort ? { materialized: job.materialized } : view(context, job));
  });
  app.delete(`${JOBS}/:id`, (call) => {
    lifecycle.kill(allowed(context, call, "write"));
    return empty();
  });
  app.put(`${JOBS}/:id/max_run_time_minutes`, async (call) => {
    const job = allowed(context, call, "write");
    job.maxRunTimeMinutes = newLifeSpan(job, await readJson(call));
    return saved(context, job);
  });
  app.post(`${JOBS}/:id/drop`, (call) => {
    const job = allowed(context, call, "write");
    job.beingDropped = true;
    return saved(context, job);
  });
  app.post(`${JOBS}/:id/drop_progress`, async (call) => {
    const job = allowed(context, call, "write");
    const { logs_removed } = valid(dropProgress, await readJson(call));
    if (!job.beingDropped) throw failure(400, `Job ${job.id} is not being dropped`);
    if (logs_removed === true) await lifecycle.drop(job);
    return empty();
  });
  app.on("PUT", [`${JOBS}/:id/status`, `${JOBS}/:id/materialized`], (call) => refusePoller(context, call));
}

/** A job by id, or the caller's newest by name. @throws {HttpError} 400 if there is none, 403 if it may not be used so. Source: protocol reference 3.10. */
function allowed({ table, permissions }: ApiContext, call: Call, action: Action): JobRecord {
  const [user, id] = [userOf(call), param(call, "id")];
  const job = table.get(id) ?? table.newestNamed(id, user);
  if (job === undefined) throw failure(400, `no such job ${id}`);
  refuseWithout(permissions.missingOnJob(user, job, action));
  return job;
}

const dropProgress = dict({ logs_removed: optional(bool) });

const lifeSpan = dict({
  max_run_time_minutes: optional(int({ min: 1 })),
  additional_max_run_time_minutes: optional(int({ min: 1 })),
});

/** Source: protocol reference 3.9, last paragraph. */
function newLifeSpan(job: JobRecord, body: unknown): number {
  const { max_run_time_minutes: all, additional_max_run_time_minutes: more } = valid(lifeSpan, body);
  if ((all === undefined) === (more === undefined)) {
    const names = "'max_run_time_minutes' and 'additional_max_run_time_minutes'";
    throw failure(400, `Exactly one of ${names} allowed`);
  }
  return all ?? (job.maxRunTimeMinutes ?? 0) + (more ?? 0);
}

function saved({ table }: ApiContext, job: JobRecord): Response {
  table.changed(job);
  return empty();
}

/** For the platform's own poller only, which manages clusters. Source: protocol reference 3.1. */
function refusePoller({ table }: ApiContext, call: Call): never {
  const user = call.var.caller();
  const job = table.get(param(call, "id"));
  if (job === undefined) throw failure(400, `no such job ${param(call, "id")}`);
  if (user === undefined) throw unauthorized();
  throw new HttpError(403, { missing: [{ uri: `job://${job.cluster}`, action: "manage" }] });
}
