import type { JobDescription } from "../../client/index.ts";

/** Stands in an address for the org of a job that has none. */
export const NO_ORG = "-";

/** The address under which a job can be attached: by id, which never changes its meaning. */
export function jobUri({ cluster_name, org_name = NO_ORG, project_name, id }: JobDescription): string {
  return `job://${[cluster_name, org_name, project_name, id].map(encodeURIComponent).join("/")}`;
}
