import type { CallOptions, Where } from "../call.ts";
import { type Connection, imageBase, jobsUrl } from "../connection.ts";
import { PlatformError } from "../errors.ts";
import { allJobs } from "../find/list.ts";
import { isFinished, type JobDescription } from "../job.ts";

/** Where to look for the jobs of a request. */
export interface Sought {
  requestId: string;
  where: Where | undefined;
}

/** The tag that marks a job as started by one request. */
export function requestTag(requestId: string): string {
  return `mcp:${requestId}`;
}

/**
 * The caller's jobs that starts with this request id made in a place, oldest first, whatever was asked for. In a
 * shared project others may have used the id, too. More than one is left where the platform took up a start only
 * after another one with the id had been made and looked for its like.
 */
export async function startedBy(at: Connection, sought: Sought, call?: CallOptions) {
  const user = at.session.userNow();
  return (await tagged(at, sought, call)).filter(({ owner }) => owner === user).sort(byAge);
}

/** The same; none when they cannot be listed. */
export async function findStartedBy(at: Connection, sought: Sought, call: CallOptions) {
  try {
    return await startedBy(at, sought, call);
  } catch (error) {
    if (error instanceof PlatformError || error instanceof DOMException) return [];
    throw error;
  }
}

/** Every job with the request's tag, oldest first, records whose logs are gone included. */
async function tagged(at: Connection, { requestId, where }: Sought, call?: CallOptions) {
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
  return allJobs(at, filter, call);
}

/**
 * The oldest of the jobs that several servers made of one request at once; the others are ended. Every server follows
 * the same rule, so one job is left. @throws {PlatformError} `conflict` when one cannot be ended
 */
export async function keepOldest(
  at: Connection,
  { jobs, requestId }: { jobs: readonly [JobDescription, ...JobDescription[]]; requestId: string },
): Promise<JobDescription> {
  const [oldest = jobs[0], ...younger] = [...jobs].sort(byAge);
  const open = younger.filter(({ id, status }) => id !== oldest.id && !isFinished(status));
  await Promise.all(open.map((job) => endTwin(at, job, { oldest, requestId })));
  return oldest;
}

async function endTwin(at: Connection, { id }: JobDescription, kept: Kept): Promise<void> {
  try {
    await at.http.text({ what: `Killing ${id}`, method: "DELETE", url: jobsUrl(at, id), safe: true });
  } catch (cause) {
    throw cause instanceof PlatformError ? bothLeft(cause, id, kept) : cause;
  }
}

interface Kept {
  oldest: JobDescription;
  requestId: string;
}

function bothLeft(cause: PlatformError, id: string, { oldest, requestId }: Kept): PlatformError {
  const message = `Two servers have started request_id "${requestId}" at the same time, ${oldest.id} and ${id}, and the second could not be ended (${cause.message}): end it with job_kill {"jobs": ["${id}"]}.`;
  return new PlatformError("conflict", message, { cause, retryable: false });
}

/** Negative for the older job. The platform's times may be equal. */
export function byAge(a: JobDescription, b: JobDescription): number {
  return beginningOf(a) < beginningOf(b) ? -1 : 1;
}

/** A job without a time is the oldest: it can only be one of another version of the platform. */
function beginningOf({ id, history }: JobDescription): string {
  return `${history.created_at ?? ""} ${id}`;
}
