import { type JobDescription, PlatformError } from "../client/index.ts";
import type { ResourceContext } from "./define-resource.ts";
import { jobUri, NO_ORG } from "./job-uri.ts";

/** The job that a `job://` address names, by id or by name in exactly that place. */
export async function findJob(
  { cluster, org, project, job: ref = "" }: Record<string, string>,
  { platform, signal }: Pick<ResourceContext, "platform" | "signal">,
): Promise<JobDescription> {
  const { clusters } = await platform.context({ signal });
  if (!clusters.some(({ name }) => name === cluster)) {
    const names = clusters.map(({ name }) => name).join(", ");
    throw new PlatformError("not_found", `There is no cluster "${cluster}". Clusters: ${names}.`);
  }
  const where = { cluster, project, ...(org === NO_ORG ? {} : { org }) };
  const job = await platform.jobs.resolve(ref, where, { signal });
  const { cluster_name, org_name = NO_ORG, project_name } = job;
  if (cluster_name === cluster && org_name === org && project_name === project) return job;
  throw new PlatformError(
    "not_found",
    `There is no job "${ref.slice(0, 80)}" in ${cluster}/${org}/${project}; a job of that id is at ${jobUri(job)}.`,
  );
}
