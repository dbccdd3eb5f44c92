import { type JobDescription, readableUri } from "../client/index.ts";
import { hiderOf } from "../jobs/redact/job.ts";

/** What outlives a job that wrote there: `/data (storage:data)`. */
export function keptFolders(container: JobDescription["container"]): string[] {
  const { volumes, disk_volumes } = container;
  const hide = hiderOf({ container });
  return [
    ...volumes.map(({ storage_uri: uri, ...mount }) => ({ uri, ...mount })),
    ...disk_volumes.map(({ disk_uri: uri, ...mount }) => ({ uri, ...mount })),
  ]
    .filter(({ read_only: isReadOnly }) => !isReadOnly)
    .map(({ uri, container_path: path }) => hide(`${path} (${readableUri(uri)})`));
}
