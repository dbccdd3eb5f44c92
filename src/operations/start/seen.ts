import type { JobDescription } from "../../client/index.ts";
import { identityOf, identityText } from "../../jobs/identity.ts";
import { statusText } from "../../jobs/standing.ts";

/** A dry run for a request that was made before. */
export function seenReply(job: JobDescription) {
  const text = `Dry run: nothing was started. The earlier call with this request_id started ${identityText(job)}, ${statusText(job)}. The same call without a dry run gives that job and starts nothing new; for a new job use another request_id.`;
  return { text, data: { jobs: [], earlier: { ...identityOf(job), status: job.status } }, jobs: [job] };
}
