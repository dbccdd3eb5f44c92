/** Readers of recorded arguments: a value of another kind reads as not given. */

export function str(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function num(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

export function bool(value: unknown): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

export function list(value: unknown): string[] | undefined {
  // A list may hold null where the official client takes None.
  return Array.isArray(value) ? (value as string[]) : undefined;
}

export function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

/** A mount as a person types it, from a string or from a recorded dataclass. */
export function uriTriple(value: unknown): string {
  const given = record(value);
  if (given === undefined) return String(value);
  const uri = str(given.storage_uri ?? given.secret_uri ?? given.disk_uri ?? given.src_storage_uri) ?? "";
  const path = str(given.container_path ?? given.dst_path) ?? "";
  return `${uri}:${path}${given.read_only === true ? ":ro" : ""}`;
}
