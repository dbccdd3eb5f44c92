import { type JobDescription, readableUri } from "../client/index.ts";

/** What outlives a job that wrote there: `/data (storage:data)`. */
export function keptFolders({ volumes, disk_volumes }: JobDescription["container"]): string[] {
  return [
    ...volumes.map(({ storage_uri: uri, ...mount }) => ({ uri, ...mount })),
    ...disk_volumes.map(({ disk_uri: uri, ...mount }) => ({ uri, ...mount })),
  ]
    .filter(({ read_only: isReadOnly }) => !isReadOnly)
    .map(({ uri, container_path: path }) => `${path} (${readableUri(uri)})`);
}
