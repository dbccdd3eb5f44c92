import {
  abortError,
  type CallOptions,
  isFinished,
  type JobDescription,
  type JobStatus,
  Limit,
  pause,
  type UserPlatform,
} from "../client/index.ts";

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;
const GROWTH = 1.5;

/**
 * A job as it is once it runs, or has ended: from then on it has a log to follow. Asks as `untilFinished` does.
 * @throws {PlatformError} `not_found` · `timed_out` · what kept it from being read
 */
export function untilStarted(
  { jobs }: Pick<UserPlatform, "jobs">,
  id: string,
  call: CallOptions = {},
): Promise<JobDescription> {
  return until({ jobs, id, call, isReached: (status) => status === "running" || isFinished(status) });
}

/**
 * A job as it is once it has ended, however it ended: look at `status`. Asks for it after a quarter of a second first,
 * then less and less often, every 5 s at last. `timeoutMs` of the call is for the whole wait.
 * @throws {PlatformError} `not_found` · `timed_out` · what kept it from being read
 */
export function untilFinished(
  { jobs }: Pick<UserPlatform, "jobs">,
  id: string,
  call: CallOptions = {},
): Promise<JobDescription> {
  return until({ jobs, id, call, isReached: isFinished });
}

interface Wait extends Pick<UserPlatform, "jobs"> {
  id: string;
  call: CallOptions;
  isReached(status: JobStatus): boolean;
}

async function until({ jobs, id, call, isReached }: Wait): Promise<JobDescription> {
  const limit = new Limit(call.signal ?? [], { ms: call.timeoutMs });
  try {
    let job = await jobs.get(id, { signal: limit.signal });
    for (let pauseMs = FIRST_PAUSE_MS; !isReached(job.status); pauseMs *= GROWTH) {
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
