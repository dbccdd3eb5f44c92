import type { JobDescription } from "../client/index.ts";
import { jobUri } from "../jobs/names/job-uri.ts";
import { listJobs } from "../operations/list/index.ts";
import type { ResourceContext } from "./define-resource.ts";

/** Lists are never paged by clients in practice, so they stay small. */
const NEWEST = 20;

/** The newest jobs of the selection, as concrete resources. */
export async function newestJobs(call: ResourceContext) {
  const { rows } = await listJobs(call, { limit: NEWEST, scanLimit: NEWEST });
  return rows.map(({ job }) => ({
    uri: jobUri(job),
    name: job.name ?? job.id,
    description: `${job.status}, owner ${job.owner}, project ${job.project_name}`,
    mimeType: "application/json",
    ...changedAt(job),
  }));
}

function changedAt({ history }: JobDescription): { annotations?: { lastModified: string } } {
  const lastModified = history.finished_at ?? history.started_at ?? history.created_at;
  return lastModified === undefined ? {} : { annotations: { lastModified } };
}
