import type { CallOptions, Where } from "../call.ts";
import { type Connection, imageBase } from "../connection.ts";
import { listJobs } from "../find/list.ts";
import type { JobDescription } from "../job.ts";
import { userOf } from "../login/token.ts";
import { requireOwner } from "./same-request.ts";

/** Where to look for the job of a request. */
export interface Sought {
  requestId: string;
  /** As errors name it. */
  shownId?: string;
  where: Where | undefined;
}

/** The tag that marks a job as started by one request. */
export function requestTag(requestId: string): string {
  return `mcp:${requestId}`;
}

/**
 * The caller's job that a start with this request id made in a place, whatever was asked for; undefined if there is
 * none. @throws {PlatformError} `conflict` when somebody else used the id
 */
export async function startedBy(
  at: Connection,
  sought: Sought,
  call?: CallOptions,
): Promise<JobDescription | undefined> {
  const user = userOf(at.session.login.token);
  const jobs = await tagged(at, sought, call);
  const [first] = jobs;
  const { shownId: requestId = sought.requestId } = sought;
  const own = jobs.find(({ owner }) => owner === user);
  if (own === undefined && first !== undefined) requireOwner(first, { requestId, user });
  return own;
}

/** Every job with the request's tag, oldest first, records whose logs are gone included. */
export async function tagged(
  at: Connection,
  { requestId, where }: Sought,
  call?: CallOptions,
): Promise<JobDescription[]> {
  const { base } = await imageBase(at, where, call);
  const { cluster, org, project } = base;
  const filter = {
    tags: [requestTag(requestId)],
    cluster,
    orgs: [org],
    projects: [project],
    logsRemoved: null,
    beingDropped: null,
  };
  const jobs: JobDescription[] = [];
  for await (const job of listJobs(at, filter, call)) jobs.push(job);
  return jobs;
}
