import type { JobDescription } from "../client/index.ts";
import { nameOf } from "./standing.ts";

/** What every answer to a write says about the job it was about. */
export type JobIdentity = {
  job: string;
  id: string;
  owner: string;
  /** cluster/org/project, as the `project` argument takes it. */
  project: string;
};

export function identityOf(job: JobDescription): JobIdentity {
  return { job: nameOf(job), id: job.id, owner: job.owner, project: placeOf(job) };
}

/** `train (job-…, owner alice, project default/acme/vision)`. */
export function identityText(job: JobDescription): string {
  return `${nameOf(job)} (${job.name === undefined ? "" : `${job.id}, `}owner ${job.owner}, project ${placeOf(job)})`;
}

function placeOf({ cluster_name, org_name, project_name }: JobDescription): string {
  return [cluster_name, org_name, project_name].filter((part) => part !== undefined).join("/");
}

/** Where the monitoring service of a job's cluster is. */
export function whereIs({ cluster_name, org_name, project_name }: JobDescription) {
  return { cluster: cluster_name, org: org_name, project: project_name };
}
