import { InvalidInputError } from "../invalid-input.ts";
import { durationSeconds } from "./durations.ts";

const DAY_MS = 86_400_000;
/** No point in time takes more; the forms below look several times at what is between their parts. */
const LONGEST_CHARS = 100;
const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const ISO =
  /^(\d{4}-\d{2}-\d{2})(?:[t ](\d{2}:\d{2}(?::\d{2})?(?:\.\d{1,9})?))?\s*(z|utc|gmt|[+-]\d{2}:?\d{2})?$/;
const DAY_AND_TIME = /^(?:(.*?)[\s,]+(?:at\s+)?)?(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(?:utc|z)?$/;

/**
 * Reads a point in time: ISO (`2026-11-22`, `2026-11-22T10:00`, with or without zone), a length of time counted
 * back from now (`2h`, `10m ago`, `last 3 days`), `now`, `today`, `yesterday`, `14:30`, `yesterday 14:30`,
 * `monday`. A day stands for its beginning: "until today" leaves today out. Without a zone everything is UTC;
 * `nowMs` is what "ago" counts from. Milliseconds since 1970. No library: chrono-node reads far more but takes
 * 240 kB of bundle and the machine's own zone. @throws {InvalidInputError} anything else
 */
export function parseMoment(text: string, { nowMs }: { nowMs: number }): number {
  const wanted = text.trim().toLowerCase();
  const moment = wanted.length > LONGEST_CHARS ? undefined : momentOf(wanted, nowMs);
  if (moment === undefined || Number.isNaN(moment)) {
    throw new InvalidInputError(
      `${JSON.stringify(text.slice(0, 60))} is not a time: write e.g. "2h", "10m ago", "today", "yesterday", ` +
        `"monday", "14:30" or "2026-11-22T10:00Z" (UTC when no zone is given).`,
    );
  }
  return moment;
}

function momentOf(text: string, nowMs: number): number | undefined {
  return isoMoment(text) ?? agoMoment(text, nowMs) ?? clockMoment(text, nowMs) ?? day(text, nowMs);
}

function isoMoment(text: string): number | undefined {
  const [, date, time, zone = "z"] = ISO.exec(text) ?? [];
  if (date === undefined || !isDay(date)) return undefined;
  const offset = /^[a-z]/.test(zone) ? "Z" : zone.replace(/^(...)(\d\d)$/, "$1:$2");
  return Date.parse(`${date}T${time ?? "00:00"}${offset}`);
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
  const start = day(name ?? "today", nowMs);
  if (start === undefined) return undefined;
  const ms = start + ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  // A bare clock time that is still to come means the last time the clock showed it.
  return name === undefined && ms > nowMs ? ms - DAY_MS : ms;
}

function day(text: string, nowMs: number): number | undefined {
  const today = nowMs - (nowMs % DAY_MS);
  if (text === "today" || text === "midnight") return today;
  if (text === "yesterday") return today - DAY_MS;
  const name = text.replace(/^(?:last|on)\s+/, "");
  const wanted = name.length < 3 ? -1 : WEEKDAYS.findIndex((weekday) => weekday.startsWith(name));
  if (wanted < 0) return isoMoment(text);
  const back = (new Date(today).getUTCDay() - wanted + 7) % 7 || 7;
  return today - back * DAY_MS;
}

/** Two moments, as a person writes them: from the first on, before the second. @throws {InvalidInputError} an empty window */
export function parseWindow(
  { since, until }: { since?: string | undefined; until?: string | undefined },
  nowMs: number,
): { since?: Date; until?: Date } {
  const from = since === undefined ? undefined : parseMoment(since, { nowMs });
  const to = until === undefined ? undefined : parseMoment(until, { nowMs });
  if (from !== undefined && to !== undefined && from > to)
    throw new InvalidInputError(
      `since (${since}) is later than until (${until}): the range is empty. Swap them.`,
      { example: { since: until, until: since } },
    );
  if (from !== undefined && from === to)
    throw new InvalidInputError(
      `since (${since}) and until (${until}) are one moment: the range is empty. A day stands for its beginning: leave until out, or name the day after.`,
    );
  return {
    ...(from === undefined ? {} : { since: new Date(from) }),
    ...(to === undefined ? {} : { until: new Date(to) }),
  };
}
