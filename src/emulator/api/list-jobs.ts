import { pythonJson } from "../http/answer.ts";
import { failure } from "../http/http-error.ts";
import type { Answer, ApiCall } from "../http/router.ts";
import type { JobFilter, JobRecord, JobStatus, JobTable } from "../state/job.ts";
import { orgProjectHash } from "../state/names.ts";
import type { ApiContext } from "./context.ts";
import { parseIsoTime } from "./iso-time.ts";
import type { Check } from "./validate/check.ts";
import { baseOwnerName, jobName, ownerName, placeHash, placeName } from "./validate/job-request.ts";
import { valid } from "./validate/valid.ts";
import { view } from "./view.ts";

const STATUSES: JobStatus[] = ["pending", "suspended", "running", "succeeded", "failed", "cancelled"];
const NDJSON = "application/x-ndjson";

/** `GET /jobs`. Source: protocol reference 3.6. */
export async function listJobs(context: ApiContext, call: ApiCall): Promise<Answer | undefined> {
  const { query, user, request, response, signal } = call;
  const filter = filterOf(query, context.table);
  const visible = (job: JobRecord) => context.permissions.missingOnJob(user, job, "read").length === 0;
  const jobs = context.table.list({ ...filter, visible });
  if (request.headers.accept?.includes(NDJSON) !== true)
    return { status: 200, json: { jobs: jobs.map((job) => view(context, job)) } };
  response.writeHead(200, { "Content-Type": NDJSON });
  for (const [index, job] of jobs.entries()) {
    if (signal.aborted) break;
    const flowing = response.write(`${pythonJson(view(context, job))}\n`);
    if (!flowing || index % 500 === 499) await drained(response, signal);
  }
  response.end();
  return undefined;
}

/** Waits until a slow reader has caught up, and lets other callers have their turn. */
async function drained(response: ApiCall["response"], signal: AbortSignal): Promise<void> {
  if (!response.writableNeedDrain) return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    response.on("drain", done);
    signal.addEventListener("abort", done);
  });
}

function filterOf(query: URLSearchParams, table: JobTable): JobFilter {
  const hostname = query.get("hostname");
  return {
    ...statusFilter(query),
    ...flags(query),
    ...(query.has("tag") ? { tags: query.getAll("tag") } : {}),
    ...(hostname === null ? attributeFilter(query) : { ids: idsOf(hostname, query, table) }),
    ...one(query, "reverse", (value) => ({ reverse: boolOf(value) })),
    ...one(query, "limit", (value) => ({ limit: limitOf(value) })),
  };
}

/** What does not count beside a host name. */
function attributeFilter(query: URLSearchParams): JobFilter {
  return {
    ...one(query, "name", (value) => ({ name: String(valid(jobName, value)) })),
    ...many(query, "owner", ownerName, (owners) => ({ owners })),
    ...many(query, "base_owner", baseOwnerName, (baseOwners) => ({ baseOwners })),
    ...many(query, "cluster_name", placeName, (clusters) => ({ clusters })),
    ...many(query, "org_name", placeName, (orgs) => ({ orgs })),
    ...many(query, "project_name", placeName, (projects) => ({ projects })),
    ...one(query, "since", (value) => (value === "" ? {} : { sinceMs: timeOf(value) })),
    ...one(query, "until", (value) => (value === "" ? {} : { untilMs: timeOf(value) })),
  };
}

function flags(query: URLSearchParams): JobFilter {
  return {
    ...one(query, "materialized", (value) => ({ materialized: boolOf(value) })),
    ...one(query, "being_dropped", (value) => ({ beingDropped: boolOf(value) })),
    ...one(query, "logs_removed", (value) => ({ logsRemoved: boolOf(value) })),
  };
}

function statusFilter(query: URLSearchParams): JobFilter {
  const statuses = query.getAll("status").map((value) => {
    const status = STATUSES.find((item) => item === value);
    if (status === undefined) throw failure(400, `'${value}' is not a valid JobStatus`);
    return status;
  });
  return statuses.length === 0 ? {} : { statuses: new Set(statuses) };
}

/** The label before the first dot names an id, or a name and a hash. Source: protocol reference 3.6. */
function idsOf(hostname: string, query: URLSearchParams, table: JobTable): Set<string> {
  const excluded = ["name", "project_name", "cluster_name", "since", "until"];
  if (excluded.some((key) => query.has(key))) throw failure(400, "Invalid request");
  const label = hostname.split(".", 1)[0] ?? "";
  const mark = label.lastIndexOf("--");
  if (mark < 0) return new Set([label]);
  const name = String(valid(jobName, label.slice(0, mark)));
  const hash = valid(placeHash, label.slice(mark + 2)).toLowerCase();
  const named = table.list({ name });
  return new Set(named.filter((job) => orgProjectHash(job.org, job.project) === hash).map(({ id }) => id));
}

function one(query: URLSearchParams, key: string, filter: (value: string) => JobFilter): JobFilter {
  const value = query.get(key);
  return value === null ? {} : filter(value);
}

function many(
  query: URLSearchParams,
  key: string,
  ...[check, filter]: [Check<string>, (values: Set<string>) => JobFilter]
): JobFilter {
  const values = query.getAll(key).map((value) => valid(check, value));
  return values.length === 0 ? {} : filter(new Set(values));
}

function boolOf(value: string): boolean {
  const lower = value.toLowerCase();
  if (lower === "1" || lower === "true") return true;
  if (lower === "0" || lower === "false") return false;
  throw failure(400, 'Required "0", "1", "false" or "true"');
}

function limitOf(value: string): number {
  if (!/^\s*[+-]?\d+(_\d+)*\s*$/.test(value))
    throw failure(400, `invalid literal for int() with base 10: '${value}'`);
  const limit = Number(value.replaceAll("_", ""));
  if (limit <= 0) throw failure(400, "limit should be > 0");
  return limit;
}

function timeOf(value: string): number {
  const ms = parseIsoTime(value);
  if (ms === undefined) throw failure(400, `Invalid isoformat string: '${value}'`);
  return ms;
}
