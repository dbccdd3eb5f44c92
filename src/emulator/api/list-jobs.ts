import { setImmediate as turn } from "node:timers/promises";
import type { ApiContext } from "../context.ts";
import { failure, json, pythonJson } from "../http/answer.ts";
import { type Call, queryOf, streamed, userOf } from "../http/call.ts";
import { type JobFilter, type JobRecord, type JobStatus, STATUSES } from "../state/job.ts";
import type { JobTable } from "../state/job-table.ts";
import { orgProjectHash } from "../state/names.ts";
import { baseName } from "../state/platform.ts";
import { type Check, valid } from "../validate/check.ts";
import { parseIsoTime } from "../validate/iso-time.ts";
import { baseOwnerName, jobName, ownerName, placeHash, placeName } from "../validate/job-request.ts";
import { view } from "./job-view.ts";

const NDJSON = "application/x-ndjson";
/** Jobs written before other requests get a turn. */
const BATCH = 100;

/** `GET /jobs`. Source: protocol reference 3.6. */
export function listJobs(context: ApiContext, call: Call): Response {
  const user = userOf(call);
  const query = queryOf(call);
  const filter = filterOf(query);
  const conditions = conditionsOf(query, context.table);
  const visible = (job: JobRecord) =>
    conditions.every((fulfilled) => fulfilled(job)) &&
    context.permissions.missingOnJob(user, job, "read").length === 0;
  const jobs = context.table.each({ ...filter, visible });
  if (call.req.header("accept")?.includes(NDJSON) !== true)
    return json({ jobs: Array.from(jobs, (job) => view(context, job)) });
  return streamed(call, lines(context, jobs), { "Content-Type": NDJSON });
}

async function* lines(context: ApiContext, jobs: Iterable<JobRecord>): AsyncGenerator<Buffer> {
  let batch: string[] = [];
  for (const job of jobs) {
    batch.push(`${pythonJson(view(context, job))}\n`);
    if (batch.length < BATCH) continue;
    yield Buffer.from(batch.join(""));
    batch = [];
    await turn();
  }
  if (batch.length > 0) yield Buffer.from(batch.join(""));
}

function filterOf(query: URLSearchParams): JobFilter {
  const hasHost = query.has("hostname");
  return {
    statuses: many(query, "status", statusNamed),
    materialized: one(query, "materialized", boolOf),
    beingDropped: one(query, "being_dropped", boolOf),
    tags: query.getAll("tag"),
    name: hasHost ? undefined : one(query, "name", (value) => String(valid(jobName, value))),
    sinceMs: hasHost ? undefined : one(query, "since", timeOf),
    untilMs: hasHost ? undefined : one(query, "until", timeOf),
    reverse: one(query, "reverse", boolOf),
    limit: one(query, "limit", limitOf),
  };
}

/** What the table has no index of; a host name replaces all attributes. */
function conditionsOf(query: URLSearchParams, table: JobTable): ((job: JobRecord) => boolean)[] {
  const among = (key: string, check: Check<string>, of: (job: JobRecord) => string) => {
    const wanted = many(query, key, (value) => valid(check, value));
    return (job: JobRecord) => wanted?.has(of(job)) !== false;
  };
  const hostname = query.get("hostname");
  const ids = hostname === null ? undefined : idsOf(hostname, query, table);
  const logsRemoved = one(query, "logs_removed", boolOf);
  const logs = (job: JobRecord) => (logsRemoved ?? job.logsRemoved) === job.logsRemoved;
  if (ids !== undefined) return [logs, ({ id }) => ids.has(id)];
  return [
    logs,
    among("owner", ownerName, ({ owner }) => owner),
    among("base_owner", baseOwnerName, ({ owner }) => baseName(owner)),
    among("cluster_name", placeName, ({ cluster }) => cluster),
    among("org_name", placeName, ({ org }) => org),
    among("project_name", placeName, ({ project }) => project),
  ];
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

function one<T>(query: URLSearchParams, key: string, read: (value: string) => T): T | undefined {
  const value = query.get(key);
  return value === null ? undefined : read(value);
}

function many<T>(query: URLSearchParams, key: string, read: (value: string) => T): Set<T> | undefined {
  const values = query.getAll(key).map(read);
  return values.length === 0 ? undefined : new Set(values);
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

function timeOf(value: string): number | undefined {
  if (value === "") return undefined;
  const ms = parseIsoTime(value);
  if (ms === undefined) throw failure(400, `Invalid isoformat string: '${value}'`);
  return ms;
}

function statusNamed(name: string): JobStatus {
  const found = STATUSES.find((status) => status === name);
  if (found === undefined) throw failure(400, `'${name}' is not a valid JobStatus`);
  return found;
}
