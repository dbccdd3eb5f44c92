import type { JobDescription, Platform } from "../client/index.ts";
import { jobUri } from "../jobs/names/job-uri.ts";

/** Lists are never paged by clients in practice, so they stay small. */
const NEWEST = 20;

/** The newest jobs of the selection, as concrete resources. */
export async function listJobs(platform: Platform, signal: AbortSignal) {
  const { selection } = await platform.context({ signal });
  const projects = selection.project === undefined ? [] : [selection.project];
  const listed = [];
  for await (const job of platform.jobs.list({ projects, reverse: true, limit: NEWEST }, { signal })) {
    listed.push({
      uri: jobUri(job),
      name: job.name ?? job.id,
      description: `${job.status}, owner ${job.owner}, project ${job.project_name}`,
      mimeType: "application/json",
      ...changedAt(job),
    });
  }
  return listed;
}

function changedAt({ history }: JobDescription): { annotations?: { lastModified: string } } {
  const lastModified = history.finished_at ?? history.started_at ?? history.created_at;
  return lastModified === undefined ? {} : { annotations: { lastModified } };
}
