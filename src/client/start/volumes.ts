import { invalidArgument, PlatformError } from "../errors.ts";
import { type Base, parseUri } from "../names/uris.ts";

/** Scheme, path, container path, mode. */
const MOUNT = /^([^:]*):(.*):(\/[^:]*)(?::([^:]*))?$/s;

/** What a person asked to be mounted, by kind, as it goes over the wire. */
interface Mounts {
  volumes: { src_storage_uri: string; dst_path: string; read_only: boolean }[];
  secret_volumes: { src_secret_uri: string; dst_path: string }[];
  disk_volumes: { src_disk_uri: string; dst_path: string; read_only: boolean }[];
}

/**
 * Reads `storage:data:/mnt:ro`, `secret:key:/path`, `disk:name:/path[:ro|rw]`; read-write by default. The container's
 * path begins at the last `:/`, so that a storage path may hold colons: `storage:runs/10:30:/mnt`.
 * @throws {PlatformError} `invalid_argument`. Source: protocol reference 6.3.
 */
export function parseVolumes(texts: readonly string[], base: Base): Mounts {
  const mounts: Mounts = { volumes: [], secret_volumes: [], disk_volumes: [] };
  for (const text of texts) {
    try {
      addVolume(mounts, text, base);
    } catch (error) {
      // A secret's address is usually given elsewhere.
      throw error instanceof PlatformError ? error.restate({ about: "volumes" }) : error;
    }
  }
  return mounts;
}

function addVolume(mounts: Mounts, text: string, base: Base): void {
  if (text === "HOME" || text === "ALL")
    throw invalid(text, "HOME and ALL are no longer supported; write storage::/path");
  const found = MOUNT.exec(text);
  const [, scheme = "", path = "", dst_path, mode] = found ?? [];
  if (dst_path === undefined)
    throw invalid(text, "write URI:CONTAINER_PATH[:ro|rw], e.g. storage:data:/mnt:ro");
  const uri = `${scheme}:${path}`;
  if (scheme === "secret") {
    if (mode !== undefined) throw invalid(text, "a secret takes no mode; write secret:KEY:/path");
    mounts.secret_volumes.push({ src_secret_uri: parseUri(uri, "secret", base), dst_path });
    return;
  }
  const read_only = isReadOnly(text, mode);
  if (scheme === "disk")
    mounts.disk_volumes.push({ src_disk_uri: parseUri(uri, "disk", base), dst_path, read_only });
  else mounts.volumes.push({ src_storage_uri: parseUri(uri, "storage", base), dst_path, read_only });
}

function isReadOnly(text: string, mode: string | undefined): boolean {
  if (mode !== undefined && mode !== "ro" && mode !== "rw")
    throw invalid(text, `"${mode}" is neither ro nor rw`);
  return mode === "ro";
}

function invalid(text: string, why: string): PlatformError {
  return invalidArgument(`Volume "${text.slice(0, 80)}" is not valid: ${why}.`, {
    about: "volumes",
  });
}
