import type { JobRecord } from "../state/job.ts";
import { registryHost } from "../state/names.ts";
import type { Permission } from "../state/permissions.ts";

/** What a caller must be allowed to do to start a job. Source: protocol reference 3.8 row 9. */
export function requiredPermissions({ cluster, org, project, container }: JobRecord): Permission[] {
  const registry = `${registryHost(cluster)}/`;
  const { image, secret_env, secret_volumes, volumes, disk_volumes } = container;
  const secrets = [
    ...Object.values(secret_env),
    ...secret_volumes.map(({ src_secret_uri }) => src_secret_uri),
  ];
  return [
    { uri: `job://${cluster}/${org}/${project}`, action: "write" },
    ...(image.startsWith(registry) ? [read(imageUri(cluster, image.slice(registry.length)))] : []),
    ...[...new Set(secrets)].map(read),
    ...volumes.map(({ src_storage_uri, read_only }) => access(src_storage_uri, read_only)),
    ...disk_volumes.map(({ src_disk_uri, read_only }) => access(src_disk_uri, read_only)),
  ];
}

function read(uri: string): Permission {
  return { uri, action: "read" };
}

function access(uri: string, readOnly: boolean): Permission {
  return { uri, action: readOnly ? "read" : "write" };
}

/** The platform cuts at the first colon, even that of a port. */
function imageUri(cluster: string, reference: string): string {
  const [path = ""] = reference.split(":", 1);
  return `image://${[cluster, path].join("/")}`.replace(/\/$/, "");
}
