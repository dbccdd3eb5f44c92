import { PlatformError } from "../errors.ts";

const DELTA = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/;

/**
 * Reads `1d2h30m15s` (this order, whole numbers, a unit each) or a number of seconds; gives seconds.
 * @throws {PlatformError} `invalid_argument`. Source: protocol reference 6.5; plain seconds are our addition.
 */
export function parseLifeSpan(text: string): number {
  const trimmed = text.trim();
  if (/^\d+$/.test(trimmed)) return Number(trimmed);
  const parts = DELTA.exec(trimmed);
  if (trimmed === "" || parts === null)
    throw new PlatformError(
      "invalid_argument",
      `"${text.slice(0, 40)}" is not a time span: write e.g. 1d2h30m, 90m or a number of seconds.`,
    );
  const [, days = "0", hours = "0", minutes = "0", seconds = "0"] = parts;
  return ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
}

/** Whole minutes, rounded up, for the wire. @throws {PlatformError} `invalid_argument` under a minute */
export function toMinutes(seconds: number, what: string): number {
  if (!Number.isFinite(seconds) || seconds < 60)
    throw new PlatformError(
      "invalid_argument",
      `${what} of ${seconds} s is too short: the platform counts whole minutes, the least is 60 s.`,
    );
  return Math.ceil(seconds / 60);
}
