import { distance } from "fastest-levenshtein";

/** Names that differ by more than this share of their length are no help. */
const FURTHEST_SHARE = 0.5;
const SHORTEST_ID = 4;

/**
 * The names most like `wanted`, nearest first, at most `count`: those that contain it or are contained, then by
 * edit distance up to half the length. fastest-levenshtein: typed, no dependencies, 2 kB bundled.
 */
export function nearestNames(wanted: string, names: Iterable<string>, count = 3): string[] {
  const target = wanted.toLowerCase().slice(0, 200);
  return [...new Set(names)]
    .map((name) => ({ name, far: howFar(target, name.toLowerCase().slice(0, 200)) }))
    .filter(({ name, far }) => far <= Math.max(1, Math.max(target.length, name.length) * FURTHEST_SHARE))
    .sort((a, b) => a.far - b.far || a.name.localeCompare(b.name))
    .slice(0, count)
    .map(({ name }) => name);
}

function howFar(target: string, name: string): number {
  const apart = distance(target, name);
  const contained =
    target.length >= 3 && name.length >= 3 && (name.includes(target) || target.includes(name));
  return contained ? Math.min(apart, 1) : apart;
}

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
