import { PlatformError } from "../errors.ts";

/**
 * A time for a query: text with an offset stays as it is, without one it is local time, as in the official
 * client. @throws {PlatformError} `invalid_argument`. Source: protocol reference 3.6.
 */
export function toInstant(time: Date | string): string {
  if (typeof time === "string" && /(Z|[+-]\d\d:?\d\d)$/i.test(time) && !Number.isNaN(Date.parse(time)))
    return time;
  const date = new Date(time);
  if (!Number.isNaN(date.getTime())) return date.toISOString();
  throw new PlatformError(
    "invalid_argument",
    `"${String(time).slice(0, 60)}" is not a time: write e.g. 2026-08-01T10:00:00Z.`,
  );
}
