import { byteLength } from "../jobs/output/budget.ts";
import { clampLine } from "../jobs/output/lines.ts";

/** An attached resource stays in the conversation, so it must leave room for one. */
const MAX_BYTES = 24_000;
/** Longest text in characters, to begin with; halved until the whole fits. */
const FIRST_LIMIT = 4096;
const SMALLEST_LIMIT = 8;
/** A list or record may have this share of that many entries. */
const ENTRIES_SHARE = 1 / 16;
const MOST_NAMED_CUTS = 20;

/**
 * A value as JSON of bounded size. Long texts end with how much was cut; long lists and records lose their
 * middle, which `$cut` at the top names. `$cut` is there only if something is missing.
 */
export function boundedJson(value: object): string {
  let text = "";
  for (let limit = FIRST_LIMIT; limit >= SMALLEST_LIMIT; limit /= 2) {
    const attempt: Attempt = { limit, cuts: [], chars: 0 };
    const kept = shorten(value, "", attempt);
    if (attempt.chars > MAX_BYTES && limit > SMALLEST_LIMIT) continue;
    const { cuts } = attempt;
    text = JSON.stringify(cuts.length === 0 ? kept : { ...Object(kept), $cut: named(cuts) });
    if (byteLength(text) <= MAX_BYTES) break;
  }
  return text;
}

interface Attempt {
  readonly limit: number;
  readonly cuts: string[];
  /** Characters kept so far: once they are too many, the rest need not be looked at. */
  chars: number;
}

function shorten(value: unknown, path: string, attempt: Attempt): unknown {
  if (attempt.chars > MAX_BYTES && attempt.limit > SMALLEST_LIMIT) return undefined;
  if (typeof value === "string") return clamp(value, path, attempt);
  if (typeof value !== "object" || value === null) return value;
  const below = (key: string) => (path === "" ? key : `${path}.${key}`);
  const entries = Object.entries(value);
  // What the top level holds was chosen by hand.
  const kept = path === "" ? entries : middleOut(entries, path, attempt);
  const shortened = kept.map(([key, item]) => {
    attempt.chars += key.length;
    return [key, shorten(item, below(key), attempt)] as const;
  });
  return Array.isArray(value) ? shortened.map(([, item]) => item) : Object.fromEntries(shortened);
}

function clamp(text: string, path: string, attempt: Attempt): string {
  const clamped = clampLine(text, attempt.limit);
  attempt.chars += clamped.length;
  if (clamped !== text) attempt.cuts.push(`${path}: shortened`);
  return clamped;
}

/** Keeps the first fifth and the last ones: lists of the platform are oldest first. */
function middleOut<T>(items: T[], path: string, { limit, cuts }: Attempt): T[] {
  const most = Math.max(2, Math.floor(limit * ENTRIES_SHARE));
  if (items.length <= most) return items;
  const head = Math.floor(most / 5);
  cuts.push(`${path}: ${items.length - most} of ${items.length} left out after the first ${head}`);
  return [...items.slice(0, head), ...items.slice(head - most)];
}

function named(cuts: readonly string[]): string[] {
  const more = cuts.length - MOST_NAMED_CUTS;
  return more <= 0 ? [...cuts] : [...cuts.slice(0, MOST_NAMED_CUTS), `and ${more} more`];
}
