import { type JobDescription, PlatformError } from "../client/index.ts";
import type { ResourceContext } from "./define-resource.ts";
import { jobUri, NO_ORG } from "./job-uri.ts";

/** The job that a `job://` address names, by id or by name in exactly that place. */
export async function findJob(
  variables: Record<string, string>,
  { platform, signal }: Pick<ResourceContext, "platform" | "signal">,
): Promise<JobDescription> {
  const { cluster, org, project, job: ref = "" } = variables;
  const { clusters } = await platform.context({ signal });
  if (!clusters.some(({ name }) => name === cluster)) {
    const names = clusters.map(({ name }) => name).join(", ");
    throw new PlatformError("not_found", `There is no cluster "${cluster}". Clusters: ${names}.`);
  }
  const where = { cluster, project, ...(org === NO_ORG ? {} : { org }) };
  const job = await platform.jobs.resolve(ref, where, { signal });
  if (isAt(job, variables)) return job;
  throw new PlatformError(
    "not_found",
    `There is no job "${ref.slice(0, 80)}" in ${cluster}/${org}/${project}; a job of that id is at ${jobUri(job)}.`,
  );
}

/** Whether the job is in the place that an address names. */
export function isAt(
  { cluster_name, org_name = NO_ORG, project_name }: JobDescription,
  { cluster, org, project }: Record<string, string>,
): boolean {
  return cluster_name === cluster && org_name === org && project_name === project;
}
