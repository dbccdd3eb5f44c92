import type { CallOptions, Where } from "../call.ts";
import { type Connection, imageBase, jobsUrl } from "../connection.ts";
import { PlatformError } from "../errors.ts";
import { allJobs } from "../find/list.ts";
import type { JobDescription } from "../job.ts";
import { userOf } from "../login/login.ts";

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
 * The caller's job that a start with this request id made in a place, whatever was asked for; undefined if there is
 * none. In a shared project others may have used the id, too.
 */
export async function startedBy(at: Connection, sought: Sought, call?: CallOptions) {
  const user = userOf(at.session.login.token);
  return (await tagged(at, sought, call)).find(({ owner }) => owner === user);
}

/** The caller's jobs with the request's tag, oldest first; none when they cannot be listed. */
export async function ownTagged(at: Connection, sought: Sought, call: CallOptions) {
  try {
    const user = userOf(at.session.login.token);
    return (await tagged(at, sought, call)).filter(({ owner }) => owner === user);
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

/** The jobs of one request: the one just made, and all that the platform lists with the request's tag. */
interface Twins {
  own: readonly JobDescription[];
  made: JobDescription;
  requestId: string;
}

/**
 * The oldest job of a request that several servers sent at once; if the one just made is younger, it is ended.
 * Every server follows the same rule, so one job is left. @throws {PlatformError} `conflict` when it cannot be ended
 */
export async function endYounger(at: Connection, { own, made, requestId }: Twins): Promise<JobDescription> {
  const [oldest = made] = [...own].sort(byAge);
  if (!isOlder(oldest, made)) return made;
  try {
    const url = jobsUrl(at, made.id);
    await at.http.text({ what: `Killing ${made.id}`, method: "DELETE", url, safe: true });
    return oldest;
  } catch (cause) {
    throw cause instanceof PlatformError ? bothLeft(cause, { oldest, made, requestId }) : cause;
  }
}

function bothLeft(
  cause: PlatformError,
  { oldest, made, requestId }: Omit<Twins, "own"> & { oldest: JobDescription },
): PlatformError {
  const message = `Two servers have started request_id "${requestId}" at the same time, ${oldest.id} and ${made.id}, and the second could not be ended (${cause.message}): end it with job_kill {"jobs": ["${made.id}"]}.`;
  return new PlatformError("conflict", message, { cause, retryable: false });
}

/** Negative for the older job. The platform's times may be equal. */
export function byAge(a: JobDescription, b: JobDescription): number {
  return isOlder(a, b) ? -1 : 1;
}

function isOlder(a: JobDescription, b: JobDescription): boolean {
  const [then = "", later = ""] = [a, b].map(({ id, history }) => `${history.created_at ?? ""} ${id}`);
  return then < later;
}
