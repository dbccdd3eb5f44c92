import { type JobDescription, PlatformError, type SentStart } from "../../client/index.ts";
import type { Call } from "../caller.ts";
import { PolicyError } from "../policy-error.ts";
import type { StartOutcome } from "../start/request.ts";
import { within } from "../within.ts";
import { overflow } from "./limits.ts";

/** Ends jobs that were just started and that the limits have no room for after all. */
export async function giveWay(outcomes: StartOutcome[], context: Call): Promise<StartOutcome[]> {
  if (!hasLimits(context)) return outcomes;
  const fresh = outcomes.flatMap(({ job, isRepeated }) =>
    job === undefined || isRepeated === true ? [] : [job],
  );
  const problems = await within(context.signal, (signal) => overflow(fresh, { ...context, signal })).catch(
    unchecked,
  );
  return Promise.all(
    outcomes.map(async (outcome) => {
      const problem = problems.get(outcome.job?.id ?? "");
      if (outcome.job === undefined || problem === undefined) return outcome;
      const said = `${problem} ${await end(outcome.job, context)}`;
      if (outcomes.length === 1) throw new PolicyError("over_limit", said);
      const error = new PlatformError("quota", said, { retryable: false });
      return { item: outcome.item, error };
    }),
  );
}

/**
 * The same for starts that were sent but whose call ends before their jobs have been held against the limits: it
 * was cancelled, or their answers are still missing.
 */
export function giveWayLater(sent: readonly SentStart[], context: Call): void {
  if (!hasLimits(context)) return;
  const later = { ...context, signal: new AbortController().signal };
  for (const { found } of sent) {
    // Nobody waits for it any more, and a job that could not be ended counts in every later check.
    void found.then((job) => endOverflow(job, later)).catch(() => undefined);
  }
}

async function endOverflow(job: JobDescription, context: Call): Promise<void> {
  const problems = await within(context.signal, (signal) => overflow([job], { ...context, signal }));
  if (problems.has(job.id)) await end(job, context);
}

function hasLimits({ caller: { policy } }: Call): boolean {
  const { maxCreditsPerHour, maxCreditsPerJob, maxJobs } = policy;
  return [maxCreditsPerHour, maxCreditsPerJob, maxJobs].some((limit) => limit !== undefined);
}

/** The limits held before the start; that they cannot be read again is no reason to end a job. */
function unchecked(error: unknown): Map<string, string> {
  if (error instanceof PlatformError) return new Map();
  throw error;
}

async function end(
  { id, price_credits_per_hour: price }: JobDescription,
  { caller: { platform }, signal }: Call,
) {
  const how = `${id}, which this call started at ${price} credits per hour,`;
  try {
    await within(signal, (until) => platform.jobs.kill(id, { signal: until }));
    return `${how} was ended at once.`;
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    return `${how} could not be ended (${error.message}): end it with job_kill {"jobs": ["${id}"]}.`;
  }
}
