import { failure } from "../http/answer.ts";

const DATE = "(?<year>\\d{4})(?<dash>-?)(?<month>\\d{2})\\k<dash>(?<day>\\d{2})";
const TIME =
  "(?<hour>\\d{2})(?:(?<colon>:?)(?<minute>\\d{2})(?:\\k<colon>(?<second>\\d{2})(?:[.,](?<fraction>\\d+))?)?)?";
const ISO = new RegExp(`^${DATE}(?:.${TIME}(?<zone>Z|[+-]\\d{2}(?::?\\d{2})?)?)?$`, "s");

/**
 * Unix milliseconds of an ISO-8601 time as the platform reads it; without an offset it is UTC. Undefined for
 * anything else. @throws {HttpError} 400 for what has the form of a time and is none. Source: protocol
 * reference 3.6.
 */
export function parseIsoTime(text: string): number | undefined {
  const found = ISO.exec(text)?.groups;
  if (found === undefined) return undefined;
  const { year = "", month = "", day = "", fraction = "", zone = "Z" } = found;
  const { hour = "00", minute = "00", second = "00" } = found;
  const fault = dateFault(Number(year), Number(month), Number(day)) ?? timeFault(hour, minute, second);
  if (fault !== undefined) throw failure(400, fault);
  const whole = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  const micros = Number(fraction.padEnd(6, "0").slice(0, 6));
  return whole + micros / 1000 - offsetMs(zone);
}

function dateFault(year: number, month: number, day: number): string | undefined {
  if (year === 0) return "year 0 is out of range";
  if (month < 1 || month > 12) return "month must be in 1..12";
  const days = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
  return day < 1 || day > days ? "day is out of range for month" : undefined;
}

function timeFault(hour: string, minute: string, second: string): string | undefined {
  if (Number(hour) > 23) return "hour must be in 0..23";
  if (Number(minute) > 59) return "minute must be in 0..59";
  return Number(second) > 59 ? "second must be in 0..59" : undefined;
}

function offsetMs(zone: string): number {
  if (zone === "Z") return 0;
  const digits = zone.slice(1).replace(":", "");
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || "0");
  return (zone.startsWith("-") ? -minutes : minutes) * 60_000;
}
