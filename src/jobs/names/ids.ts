import type { JobDescription } from "../../client/index.ts";

const SHORTEST_ID = 4;

/**
 * The shortest prefix of each job id that is unique in the set, at least four hex digits after `job-`, by full
 * id: `job-1a2b`. What it returns is accepted wherever a job is named.
 */
export function shortIds(ids: readonly string[]): Map<string, string> {
  const sorted = [...new Set(ids)].sort();
  return new Map(
    sorted.map((id, index) => {
      const shared = Math.max(sharedPrefix(id, sorted[index - 1]), sharedPrefix(id, sorted[index + 1]));
      return [id, shortest(id, shared + 1)];
    }),
  );
}

/** A job id's usual short form on its own: `job-1a2b3c4d`, the first group of its UUID. */
export function shortId(id: string): string {
  return shortest(id, "job-".length + 8);
}

function shortest(id: string, length: number): string {
  const start = id.startsWith("job-") ? "job-".length : 0;
  // A prefix that ends in a hyphen reads as cut by mistake.
  return id.slice(0, Math.max(length, start + SHORTEST_ID)).replace(/(?<!^job)-$/, "");
}

function sharedPrefix(a: string, b: string | undefined): number {
  let length = 0;
  while (b !== undefined && length < a.length && a[length] === b[length]) length += 1;
  return length;
}

/** Stands in an address for the org of a job that has none. */
export const NO_ORG = "-";

/** The address under which a job can be attached: by id, which never changes its meaning. */
export function jobUri({ cluster_name, org_name = NO_ORG, project_name, id }: JobDescription): string {
  const parts = [cluster_name, org_name, project_name, id];
  // Of half a character no address can be made.
  return `job://${parts.map((part) => encodeURIComponent(part.replace(/\p{Cs}/gu, "\ufffd"))).join("/")}`;
}
