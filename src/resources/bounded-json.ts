import { byteLength } from "../jobs/budget.ts";
import { clampLine } from "../jobs/log-text.ts";

/** An attached resource stays in the conversation, so it must leave room for one. */
const MAX_BYTES = 24_000;
/** Where the parts that are shortened start from; halved until the whole fits. */
const FIRST_LIMIT = 4096;
const SMALLEST_LIMIT = 8;

/**
 * A value as JSON of bounded size. Long texts end with how much was cut; long lists and records lose their
 * middle or end, which `$cut` at the top names. `$cut` is there only if something is missing.
 */
export function boundedJson(value: object): string {
  let text = "";
  for (let limit = FIRST_LIMIT; limit >= SMALLEST_LIMIT; limit /= 2) {
    const cut: string[] = [];
    const kept = shorten(value, { limit, path: "", cut });
    text = JSON.stringify(cut.length === 0 ? kept : { ...Object(kept), $cut: cut });
    if (byteLength(text) <= MAX_BYTES) break;
  }
  return text;
}

interface Shortening {
  /** Longest text in characters; a sixteenth of it is the longest list or record. */
  limit: number;
  path: string;
  cut: string[];
}

function shorten(value: unknown, { limit, path, cut }: Shortening): unknown {
  const below = (key: string | number) => ({ limit, path: path === "" ? `${key}` : `${path}.${key}`, cut });
  const most = Math.max(2, limit / 16);
  if (typeof value === "string") return clamp(value, { limit, path, cut });
  if (Array.isArray(value)) {
    const items = value.map((item, index) => [item, index] as const);
    return middleOut(items, most, missing(cut, path)).map(([item, index]) => shorten(item, below(index)));
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const kept = path === "" ? entries : middleOut(entries, most, missing(cut, path));
  return Object.fromEntries(kept.map(([key, item]) => [key, shorten(item, below(key))]));
}

function clamp(text: string, { limit, path, cut }: Shortening): string {
  const clamped = clampLine(text, limit);
  if (clamped !== text) cut.push(`${path}: shortened`);
  return clamped;
}

/** Keeps the first fifth and the newest, as lists of the platform are oldest first. */
function middleOut<T>(items: T[], most: number, onCut: (left: number, of: number) => void): T[] {
  if (items.length <= most) return items;
  const head = Math.floor(most / 5);
  onCut(items.length - most, items.length);
  return [...items.slice(0, head), ...items.slice(head - most)];
}

function missing(cut: string[], path: string): (left: number, of: number) => void {
  return (left, of) => cut.push(`${path}: ${left} of ${of} left out after the first ones`);
}
