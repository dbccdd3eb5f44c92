import {
  abortError,
  type CallOptions,
  isFinished,
  type JobDescription,
  Limit,
  pause,
  type UserPlatform,
} from "../client/index.ts";

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;
const GROWTH = 1.5;

/**
 * A job as it is once it has ended, however it ended: look at `status`. Asks for it after a quarter of a second first,
 * then less and less often, every 5 s at last. `timeoutMs` of the call is for the whole wait.
 * @throws {PlatformError} `not_found` · `timed_out` · what kept it from being read
 */
export async function untilFinished(
  { jobs }: Pick<UserPlatform, "jobs">,
  id: string,
  { signal, timeoutMs: ms }: CallOptions = {},
): Promise<JobDescription> {
  const limit = new Limit(signal ?? [], { ms });
  try {
    let job = await jobs.get(id, { signal: limit.signal });
    for (let pauseMs = FIRST_PAUSE_MS; !isFinished(job.status); pauseMs *= GROWTH) {
      await pause(Math.min(pauseMs, LONGEST_PAUSE_MS), limit.signal);
      job = await jobs.get(id, { signal: limit.signal });
    }
    return job;
  } catch (error) {
    throw limit.signal.aborted ? abortError(limit.signal, `Waiting for ${id}`) : error;
  } finally {
    limit.close();
  }
}
