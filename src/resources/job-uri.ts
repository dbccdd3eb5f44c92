import type { JobDescription } from "../client/index.ts";

/** The address under which a job can be attached: by id, which never changes its meaning. */
export function jobUri({ cluster_name, org_name, project_name, id }: JobDescription): string {
  const path = [org_name ?? "-", project_name, id].map(encodeURIComponent).join("/");
  return `job://${encodeURIComponent(cluster_name)}/${path}`;
}
