import type { StartPlan } from "../../client/index.ts";
import type { Mount } from "../../jobs/start/problems.ts";

/** What would be mounted, by kind. */
export function mountsOf({ body }: StartPlan): Record<"storage" | "secret" | "disk", Mount[]> {
  return {
    storage: listed(body.volumes, "src_storage_uri"),
    secret: listed(body.secret_volumes, "src_secret_uri"),
    disk: listed(body.disk_volumes, "src_disk_uri"),
  };
}

/** The body is our own, but leaves the client as what goes over the wire: read like anything from outside. */
function listed(value: unknown, uriKey: string): Mount[] {
  if (!Array.isArray(value)) return [];
  return value.map((entry: Record<string, unknown>) => ({
    uri: String(entry[uriKey]),
    path: String(entry.dst_path),
    isReadOnly: entry.read_only === true,
  }));
}
