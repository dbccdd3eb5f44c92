import { type JobDescription, type Platform, PlatformError } from "../../client/index.ts";
import { jobUri, NO_ORG } from "../../jobs/names/ids.ts";
import { resolveOne } from "./index.ts";
import { UnresolvedError } from "./refused.ts";

/** The job that a `job://` address names, by id or by name in exactly that place. */
export async function findJob(
  platform: Platform,
  variables: Record<string, string>,
  signal: AbortSignal,
): Promise<JobDescription> {
  const { cluster, org, project, job: ref = "" } = variables;
  const { clusters } = await platform.context({ signal });
  if (!clusters.some(({ name }) => name === cluster)) {
    const names = clusters.map(({ name }) => name).join(", ");
    throw new PlatformError("not_found", `There is no cluster "${cluster}". Clusters: ${names}.`);
  }
  const where = { cluster, project, ...(org === NO_ORG ? {} : { org }) };
  const job = await resolveOne(platform, { ref, where }, signal).catch((error: unknown) => {
    throw error instanceof PlatformError && error.code === "not_found" ? atAddress(error) : error;
  });
  if (isAt(job, variables)) return job;
  throw new PlatformError(
    "not_found",
    `There is no job "${ref.slice(0, 80)}" in ${cluster}/${org}/${project}; a job of that id is at ${jobUri(job)}.`,
  );
}

function atAddress(error: PlatformError): UnresolvedError {
  const hints = error instanceof UnresolvedError ? error.hints : [];
  return new UnresolvedError(error, [...hints, { reason: "address" }]);
}

/** Whether the job is in the place that an address names. */
export function isAt(
  { cluster_name, org_name = NO_ORG, project_name }: JobDescription,
  { cluster, org, project }: Record<string, string>,
): boolean {
  return cluster_name === cluster && org_name === org && project_name === project;
}
