import { type Connection, jobsUrl } from "../connection.ts";
import { PlatformError } from "../errors.ts";
import type { JobDescription } from "../job.ts";

/** The jobs of one request: the one just made, and all that the platform lists with the request's tag. */
export interface Twins {
  own: readonly JobDescription[];
  made: JobDescription;
  requestId: string;
}

/**
 * The oldest job of a request that several servers have sent at once; a younger one that was just made is ended.
 * Every server follows the same rule, so one job is left. @throws {PlatformError} `conflict` when it cannot be ended
 */
export async function endYounger(at: Connection, { own, made, requestId }: Twins): Promise<JobDescription> {
  const [oldest = made] = [...own].sort(byAge);
  if (!isOlder(oldest, made)) return made;
  try {
    const url = jobsUrl(at, made.id);
    await at.http.text({ what: `Killing ${made.id}`, method: "DELETE", url, safe: true });
    return oldest;
  } catch (error) {
    throw error instanceof PlatformError ? bothLeft(error, { oldest, made, requestId }) : error;
  }
}

function bothLeft(
  cause: PlatformError,
  { oldest, made, requestId }: { oldest: JobDescription; made: JobDescription; requestId: string },
): PlatformError {
  return new PlatformError(
    "conflict",
    `Two servers have started request_id "${requestId}" at the same time, ${oldest.id} and ${made.id}, and the second could not be ended (${cause.message}): end it with job_kill {"jobs": ["${made.id}"]}.`,
    { cause, retryable: false },
  );
}

/** Negative for the older job. The platform's times may be equal. */
export function byAge(a: JobDescription, b: JobDescription): number {
  return isOlder(a, b) ? -1 : 1;
}

function isOlder(a: JobDescription, b: JobDescription): boolean {
  const [then, later] = [a, b].map(({ id, history }) => `${history.created_at ?? ""} ${id}`);
  return (then ?? "") < (later ?? "");
}
