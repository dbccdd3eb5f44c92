import { InvalidInputError } from "../invalid-input.ts";

// Own grammar and not `parse-duration`: that one takes "10" for ten milliseconds and skips what it does not
// know, and a misread time is a job killed early.
const UNIT_SECONDS = { w: 604_800, d: 86_400, h: 3600, m: 60, s: 1 } as const;
const LONGEST_LIFE_SECONDS = 365 * 86_400;
type Unit = keyof typeof UNIT_SECONDS;

const PART =
  /(\d{1,9}(?:\.\d{1,6})?)\s*(weeks?|w|days?|d|hours?|hrs?|h|minutes?|mins?|min|m|seconds?|secs?|s)(?![a-z])/y;
const GAP = /(?:\s|,|and\b)*/y;

/**
 * Reads a length of time as a person writes it: `6h`, `1d2h`, `2h 30m`, `90s`, `1.5 hours`. A unit is
 * required and each may come once. Seconds. @throws {InvalidInputError} anything else
 */
export function parseDuration(text: string): number {
  const seconds = durationSeconds(text.trim().toLowerCase());
  if (seconds !== undefined) return seconds;
  throw new InvalidInputError(
    `${JSON.stringify(text.slice(0, 60))} is not a length of time: write e.g. "90s", "30m", "6h" or "1d2h".`,
  );
}

/** Reads a job's life span. @throws {InvalidInputError} no length of time, or one that no job can mean */
export function parseLifeSpan(text: string): number {
  const seconds = parseDuration(text);
  if (seconds <= LONGEST_LIFE_SECONDS) return seconds;
  throw new InvalidInputError(
    `life_span: ${JSON.stringify(text.slice(0, 60))} is more than ${formatSpan(LONGEST_LIFE_SECONDS)}; for a job without an end write "none".`,
  );
}

/** `undefined` where the text, in lower case, is not a length of time. */
export function durationSeconds(text: string): number | undefined {
  const seen = new Set<Unit>();
  let total = 0;
  let at = 0;
  while (at < text.length) {
    PART.lastIndex = at;
    const part = PART.exec(text);
    const unit = part?.[2] === undefined ? undefined : unitOf(part[2]);
    if (part === null || unit === undefined || seen.has(unit)) return undefined;
    seen.add(unit);
    total += Number(part[1]) * UNIT_SECONDS[unit];
    GAP.lastIndex = PART.lastIndex;
    GAP.exec(text);
    at = GAP.lastIndex;
  }
  return seen.size === 0 ? undefined : total;
}

function unitOf(word: string): Unit | undefined {
  return (Object.keys(UNIT_SECONDS) as Unit[]) // the keys of that literal
    .find((unit) => word.startsWith(unit));
}

/**
 * A length of time in its two largest units: `42s`, `3m 20s`, `2h 30m`, `1d 4h`, `12d`. Whole seconds, rounded
 * down; negative lengths count as zero.
 */
export function formatDuration(seconds: number): string {
  const parts = partsOf(seconds);
  const [days = 0] = parts;
  const first = parts.findIndex((count) => count > 0);
  return days >= 10 ? `${days}d` : inUnits(parts.map((count, at) => (at > first + 1 ? 0 : count)));
}

/** A length of time whole, for what is paid or promised by it: `1d 2h 3m`. Whole seconds, rounded down. */
export function formatSpan(seconds: number): string {
  return inUnits(partsOf(seconds));
}

/** Days, hours, minutes, seconds. */
function partsOf(seconds: number): number[] {
  const whole = Math.max(0, Math.floor(seconds));
  return [Math.floor(whole / 86_400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60, whole % 60];
}

function inUnits(parts: readonly number[]): string {
  const texts = parts.map((count, at) => (count === 0 ? "" : `${count}${"dhms"[at]}`));
  return texts.filter((text) => text !== "").join(" ") || "0s";
}

/** How long ago an ISO time was, in its largest unit; empty for an unreadable time. */
export function ageOf(time: string, nowMs: number): string {
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? "" : formatDuration((nowMs - ms) / 1000).replace(/ .*$/, "");
}

/** An instant as ISO-8601 in UTC to the second, `2026-11-22T10:00:00Z`; unreadable times come back as given. */
export function formatInstant(time: string | number): string {
  const ms = typeof time === "number" ? time : Date.parse(time);
  return Number.isNaN(ms) ? String(time) : new Date(ms).toISOString().replace(/\.\d{3}Z$/, "Z");
}
