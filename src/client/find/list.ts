import { field } from "../../json.ts";
import type { CallOptions } from "../call.ts";
import { type Connection, imageBase, jobsUrl, toInstant } from "../connection.ts";
import { PlatformError } from "../errors.ts";
import { describe } from "../http/index.ts";
import { LineSplitter, parseJsonLine } from "../http/ndjson.ts";
import { shownWords } from "../http/server-error.ts";
import type { JobDescription, JobStatus } from "../job.ts";
import type { ImageBase } from "../names/images.ts";
import { parseJob } from "../records/to-job.ts";

/** Which jobs; filters are combined, values of one filter are alternatives, except `tags`: all must be there. */
export interface ListFilter {
  /** One of these. */
  statuses?: readonly JobStatus[] | undefined;
  /** Exact name. */
  name?: string | undefined;
  /** All of these. */
  tags?: readonly string[] | undefined;
  /** User names, one of these. */
  owners?: readonly string[] | undefined;
  /** Created at or after; text is ISO-8601 with offset. */
  since?: Date | string | undefined;
  /** Created at or before. */
  until?: Date | string | undefined;
  /** Newest first; by default the platform gives the oldest first. */
  reverse?: boolean | undefined;
  /** The most jobs, counted in the order asked for. */
  limit?: number | undefined;
  /** By default the selected one. */
  cluster?: string | undefined;
  /** By default the selected org; `[null]` = every org. */
  orgs?: readonly (string | null)[] | undefined;
  /** By default every project. */
  projects?: readonly string[] | undefined;
  /** Whether a pod exists; null or absent = either. */
  materialized?: boolean | null | undefined;
  /** Whether its record is being removed; false by default, null = either. */
  beingDropped?: boolean | null | undefined;
  /** Whether its log was removed; false by default, null = either. */
  logsRemoved?: boolean | null | undefined;
  /** Called for each record that cannot be read at all; it is left out. */
  onUnreadable?: ((error: PlatformError) => void) | undefined;
}

const WHAT = "Listing jobs";

/**
 * Jobs as the platform sends them, one by one; leaving the loop stops the transfer.
 * @throws {PlatformError} also after some jobs, when the answer breaks off. Source: protocol reference 3.6.
 */
export async function* listJobs(at: Connection, filter: ListFilter, call?: CallOptions) {
  const base = await imageBase(at, { cluster: filter.cluster }, call);
  const query = listQuery(filter, base.base).toString();
  const url = `${jobsUrl(at)}?${query}`;
  const api = { what: WHAT, method: "GET", url, accept: "application/x-ndjson" } as const;
  const splitter = new LineSplitter(WHAT);
  const records = { base, api, onUnreadable: filter.onUnreadable };
  // One loop over chunks and a plain one over their lines: a promise per line would cost more than the line.
  for await (const chunk of at.http.stream(api, call))
    for (const line of splitter.push(chunk))
      if (line !== "") yield* jobsOf([parseJsonLine(line, WHAT)], records);
  const last = splitter.rest();
  if (last !== undefined) yield* jobsOf(wholeList(parseJsonLine(last, WHAT)), records);
}

/** All of them at once. */
export async function allJobs(at: Connection, filter: ListFilter, call?: CallOptions) {
  const jobs: JobDescription[] = [];
  for await (const job of listJobs(at, filter, call)) jobs.push(job);
  return jobs;
}

interface Records {
  base: ImageBase;
  api: ListCall;
  onUnreadable: ListFilter["onUnreadable"];
}

/** An odd record does not hide the others. */
function* jobsOf(values: unknown[], { base, api, onUnreadable }: Records): Generator<JobDescription, void> {
  for (const value of values) {
    const fault = field(value, "error");
    if (typeof fault === "string") throw midStream(fault, api);
    let job: JobDescription | undefined;
    try {
      job = parseJob(value, base);
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      onUnreadable?.(error);
    }
    if (job !== undefined) yield job;
  }
}

/** A server that ignores the Accept header answers with one object. */
function wholeList(value: unknown): unknown[] {
  const jobs = field(value, "jobs");
  return Array.isArray(jobs) ? jobs : [value];
}

type ListCall = { method: string; url: string };

function listQuery(filter: ListFilter, { cluster, org }: { cluster: string; org: string }): URLSearchParams {
  const { statuses = [], name, owners = [], tags = [], since, until, reverse, limit, orgs = [] } = filter;
  const { materialized = null, beingDropped = false, logsRemoved = false, projects = [] } = filter;
  const query = new URLSearchParams();
  const add = (key: string, ...values: readonly (string | null | undefined)[]) => {
    for (const value of values) if (value !== undefined && value !== null) query.append(key, value);
  };
  add("status", ...statuses);
  add("name", name || undefined);
  add("owner", ...owners);
  add("tag", ...tags);
  add("since", since === undefined ? since : toInstant(since));
  add("until", until === undefined ? until : toInstant(until));
  add("cluster_name", cluster);
  add("reverse", reverse === true ? "1" : undefined);
  add("limit", limit?.toString());
  add("materialized", flag(materialized));
  add("being_dropped", flag(beingDropped));
  add("logs_removed", flag(logsRemoved));
  add("org_name", ...(orgs.length === 0 ? [org] : orgs));
  add("project_name", ...projects);
  return query;
}

function flag(value: boolean | null): string | undefined {
  if (value === null) return undefined;
  return value ? "True" : "False";
}

function midStream(text: string, api: ListCall): PlatformError {
  const serverText = shownWords(text);
  return new PlatformError("platform_error", `${WHAT} broke off: ${serverText}`, {
    request: describe(api),
    serverText,
  });
}
