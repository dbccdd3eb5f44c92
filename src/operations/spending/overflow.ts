import { type JobDescription, PlatformError, type SentStart } from "../../client/index.ts";
import type { Call } from "../caller.ts";
import { within } from "../within.ts";
import { hasLimits, overflow } from "./limits.ts";
import type { LimitProblem } from "./problems.ts";

/** A job that was just started, that the limits have no room for after all, and that was ended at once. */
export interface Exceeded {
  job: JobDescription;
  problem: LimitProblem;
  /** Why it could not be ended. */
  endError?: PlatformError | undefined;
}

/** Ends those of the jobs just started that the limits have no room for; by their ids. */
export async function giveWay(
  fresh: readonly JobDescription[],
  call: Call,
): Promise<ReadonlyMap<string, Exceeded>> {
  if (fresh.length === 0 || !hasLimits(call.caller.policy)) return new Map();
  const problems = await within(call.signal, (signal) => overflow(fresh, { ...call, signal })).catch(
    unchecked,
  );
  const ended = fresh.flatMap((job) => {
    const problem = problems.get(job.id);
    return problem === undefined ? [] : [end({ job, problem }, call)];
  });
  return new Map((await Promise.all(ended)).map((exceeded) => [exceeded.job.id, exceeded]));
}

/**
 * The same for starts that were sent but whose call ends before their jobs have been held against the limits: it
 * was cancelled, or their answers are still missing.
 */
export function giveWayLater(sent: readonly SentStart[], call: Call): void {
  if (!hasLimits(call.caller.policy)) return;
  const later = { ...call, signal: new AbortController().signal };
  for (const { found } of sent) {
    // Nobody waits for it any more, and a job that could not be ended counts in every later check.
    void found.then((job) => giveWay([job], later)).catch(() => undefined);
  }
}

/** The limits held before the start; that they cannot be read again is no reason to end a job. */
function unchecked(error: unknown): Map<string, LimitProblem> {
  if (error instanceof PlatformError) return new Map();
  throw error;
}

async function end(exceeded: Exceeded, { caller: { platform }, signal }: Call): Promise<Exceeded> {
  try {
    await within(signal, (until) => platform.jobs.kill(exceeded.job.id, { signal: until }));
    return exceeded;
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    return { ...exceeded, endError: error };
  }
}
