import { type JobDescription, PlatformError, type Where } from "../client/index.ts";
import type { ToolContext } from "./define-tool.ts";
import { statusText } from "./rows.ts";
import { identityOf, identityText } from "./written.ts";

type Context = Pick<ToolContext, "platform" | "signal">;

/** What an earlier call with this request id started in a place. @throws {PlatformError} somebody else used it */
export async function startedEarlier(
  requestId: string,
  where: Where,
  { platform, signal }: Context,
): Promise<JobDescription | undefined> {
  const job = await platform.jobs.startedBy(requestId, where, { signal });
  if (job !== undefined) await requireOwnRequest(job, requestId, { platform, signal });
  return job;
}

/** In a shared project a request id may be somebody else's. */
export async function requireOwnRequest(
  job: JobDescription,
  requestId: string,
  { platform, signal }: Context,
): Promise<void> {
  const { user } = await platform.context({ signal });
  if (job.owner === user) return;
  throw new PlatformError(
    "conflict",
    `request_id "${requestId}" was already used by ${job.owner}, for job ${job.id}: use another one. Nothing was started.`,
    { retryable: false },
  );
}

/** A dry run for a request that was made before. */
export function seenReply(job: JobDescription) {
  const text = `Dry run: nothing was started. The earlier call with this request_id started ${identityText(job)}, ${statusText(job)}. The same call without a dry run gives that job and starts nothing new; for a new job use another request_id.`;
  return { text, data: { jobs: [], earlier: { ...identityOf(job), status: job.status } }, jobs: [job] };
}
