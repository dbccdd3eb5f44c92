import { InvalidInputError } from "../invalid-input.ts";
import { durationSeconds } from "./durations.ts";

const DAY_MS = 86_400_000;
const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const ISO =
  /^(\d{4}-\d{2}-\d{2})(?:[t ](\d{2}:\d{2}(?::\d{2})?(?:\.\d{1,9})?))?\s*(z|utc|gmt|[+-]\d{2}:?\d{2})?$/;
const DAY_AND_TIME = /^(?:(.*?)[\s,]+(?:at\s+)?)?(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(?:utc|z)?$/;

/** How to read a moment: `edge` says which end of a whole day is meant, `nowMs` what "ago" counts from. */
export interface MomentOptions {
  nowMs: number;
  /** `start` for "since", `end` for "until" (the last millisecond of the day). */
  edge?: "start" | "end";
}

/**
 * Reads a point in time: ISO (`2026-11-22`, `2026-11-22T10:00`, with or without zone), a length of time counted
 * back from now (`2h`, `10m ago`, `last 3 days`), `now`, `today`, `yesterday`, `14:30`, `yesterday 14:30`,
 * `monday`. Without a zone everything is UTC. Milliseconds since 1970. No library: chrono-node reads far more
 * but takes 240 kB of bundle and the machine's own zone. @throws {InvalidInputError} anything else
 */
export function parseMoment(text: string, { nowMs, edge = "start" }: MomentOptions): number {
  const wanted = text.trim().toLowerCase();
  const moment =
    isoMoment(wanted, edge) ??
    agoMoment(wanted, nowMs) ??
    clockMoment(wanted, nowMs) ??
    day(wanted, nowMs, edge);
  if (moment === undefined || Number.isNaN(moment)) {
    throw new InvalidInputError(
      `${JSON.stringify(text.slice(0, 60))} is not a time: write e.g. "2h", "10m ago", "today", "yesterday", ` +
        `"monday", "14:30" or "2026-11-22T10:00Z" (UTC when no zone is given).`,
    );
  }
  return moment;
}

function isoMoment(text: string, edge: "start" | "end"): number | undefined {
  const [, date, time, zone = "z"] = ISO.exec(text) ?? [];
  if (date === undefined || !isDay(date)) return undefined;
  const offset = /^[a-z]/.test(zone) ? "Z" : zone.replace(/^(...)(\d\d)$/, "$1:$2");
  const ms = Date.parse(`${date}T${time ?? "00:00"}${offset}`);
  return time === undefined && edge === "end" ? ms + DAY_MS - 1 : ms;
}

/** `Date` reads 30 February as 2 March. */
function isDay(date: string): boolean {
  const ms = Date.parse(`${date}T00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date);
}

function agoMoment(text: string, nowMs: number): number | undefined {
  if (text === "now") return nowMs;
  const length = text.replace(/^(?:-|(?:the\s+)?(?:last|past)\s+)/, "").replace(/\s+ago$/, "");
  const seconds = durationSeconds(/^(?:week|day|hour|minute)$/.test(length) ? `1${length}` : length);
  return seconds === undefined ? undefined : nowMs - seconds * 1000;
}

function clockMoment(text: string, nowMs: number): number | undefined {
  const [, name, hours, minutes, seconds = "0"] = DAY_AND_TIME.exec(text) ?? [];
  if (hours === undefined || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59)
    return undefined;
  const start = day(name ?? "today", nowMs, "start");
  if (start === undefined) return undefined;
  const ms = start + ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  // A bare clock time that is still to come means the last time the clock showed it.
  return name === undefined && ms > nowMs ? ms - DAY_MS : ms;
}

function day(text: string, nowMs: number, edge: "start" | "end"): number | undefined {
  const today = nowMs - (nowMs % DAY_MS);
  const start = dayStart(text, today);
  return start !== undefined && edge === "end" ? start + DAY_MS - 1 : start;
}

function dayStart(text: string, today: number): number | undefined {
  if (text === "today" || text === "midnight") return today;
  if (text === "yesterday") return today - DAY_MS;
  const name = text.replace(/^(?:last|on)\s+/, "");
  const wanted = name.length < 3 ? -1 : WEEKDAYS.findIndex((weekday) => weekday.startsWith(name));
  if (wanted < 0) return isoMoment(text, "start");
  const back = (new Date(today).getUTCDay() - wanted + 7) % 7 || 7;
  return today - back * DAY_MS;
}

/** Two moments, as a person writes them, that bound a window. @throws {InvalidInputError} if it ends before it begins */
export function parseWindow(
  { since, until }: { since?: string | undefined; until?: string | undefined },
  nowMs: number,
): { since?: Date; until?: Date } {
  const from = since === undefined ? undefined : parseMoment(since, { nowMs, edge: "start" });
  const to = until === undefined ? undefined : parseMoment(until, { nowMs, edge: "end" });
  if (from !== undefined && to !== undefined && from > to)
    throw new InvalidInputError(
      `since (${since}) is later than until (${until}): the range is empty. Swap them.`,
    );
  return {
    ...(from === undefined ? {} : { since: new Date(from) }),
    ...(to === undefined ? {} : { until: new Date(to) }),
  };
}
