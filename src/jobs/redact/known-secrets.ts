import type { Span } from "./spans.ts";

/** Shorter values are words and numbers of any log; hiding them would tell more than they do. */
const SHORTEST = 6;
/** A line of a longer secret is known by itself from this length on. */
const SHORTEST_PART = 16;

/**
 * Finds exact values wherever they stand, also percent-encoded, escaped as in JSON, in base64, and line by line
 * where a value has several. Values under six characters are not looked for.
 */
export function knownSecrets(values: Iterable<string>): (text: string) => Span[] {
  const forms = new Set([...values].filter((value) => value.trim().length >= SHORTEST).flatMap(formsOf));
  if (forms.size === 0) return () => [];
  const longestFirst = [...forms].sort((a, b) => b.length - a.length).map(escapePattern);
  const pattern = new RegExp(longestFirst.join("|"), "g");
  return (text) =>
    Array.from(text.matchAll(pattern), ({ index, 0: found }) => ({
      start: index,
      end: index + found.length,
    }));
}

function formsOf(value: string): string[] {
  const trimmed = value.trim();
  const parts = trimmed.split(/\r?\n/).filter((line) => line.length >= SHORTEST_PART);
  return [
    trimmed,
    encodeURIComponent(trimmed),
    JSON.stringify(trimmed).slice(1, -1),
    ...base64Forms(trimmed),
    ...parts,
  ];
}

/** Base64 of the value alone; of short values it would be a common run of letters. */
function base64Forms(value: string): string[] {
  if (value.length < 8) return [];
  return [Buffer.from(value).toString("base64").replace(/=+$/, ""), Buffer.from(value).toString("base64url")];
}

function escapePattern(value: string): string {
  return value.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
