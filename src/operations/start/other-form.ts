import { PlatformError, type StartPlan } from "../../client/index.ts";
import type { Call } from "../caller.ts";
import type { StartRequest } from "./request.ts";

/**
 * Refuses a request id that has made one job for a sweep, and the other way round: their jobs have ids of their own,
 * so that neither would be found for the other. @throws {PlatformError} `conflict`
 */
export async function refuseOtherForm(
  { isRepeatable, requestId, sweepTag }: StartRequest,
  { where }: StartPlan,
  { caller: { platform }, signal }: Call,
): Promise<void> {
  if (!isRepeatable) return;
  const sought = sweepTag === undefined ? `${requestId}-1` : requestId;
  const job = await platform.jobs.startedBy(sought, where, { signal }).catch(orSomebodyElses);
  const isSweep = job?.tags.some((tag) => tag.startsWith("sweep:")) === true;
  if (job === undefined || isSweep === (sweepTag !== undefined)) return;
  throw new PlatformError(
    "conflict",
    `request_id "${requestId}" was already used for job ${job.id} with other arguments (count or matrix). Use a new one for a new job. Nothing was started.`,
    { retryable: false },
  );
}

/** Another person's job in a shared project; whether the id itself is theirs, the start finds out. */
function orSomebodyElses(error: unknown): undefined {
  if (error instanceof PlatformError && error.code === "conflict") return undefined;
  throw error;
}
