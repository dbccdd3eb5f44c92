import { describe, expect, test } from "vitest";
import { parseIsoTime } from "../../../src/emulator/validate/iso-time.ts";

const TEN = Date.UTC(2026, 0, 1, 10);

// Checked against datetime.fromisoformat of Python 3.11.
describe("a time in a query", () => {
  test.each<[string, number]>([
    ["2026-01-01", TEN - 36_000_000],
    ["2026-01-01T10", TEN],
    ["2026-01-01 10:00", TEN],
    ["2026-01-01T1000", TEN],
    ["20260101T100000Z", TEN],
    ["2026-01-01T10:00:00.539618+00:00", TEN + 539.618],
    ["2026-01-01T10:00:00,5-05", TEN + 18_000_500],
    ["2026-01-01T10:00:00.1234567890+0530", TEN + 123.456 - 19_800_000],
    ["2024-02-29", Date.UTC(2024, 1, 29)],
  ])("is read: %s", (text, ms) => {
    expect(parseIsoTime(text)).toBe(ms);
  });

  test.each(["", "now", "2026-1-1", "2026-0101", "2026-01-01T10:0000", "2026-01-01T10:00:00.539618 00:00"])(
    "is none: %s",
    (text) => {
      expect(parseIsoTime(text)).toBeUndefined();
    },
  );

  test.each([
    ["0000-01-01", "year 0 is out of range"],
    ["2026-13-01", "month must be in 1..12"],
    ["2026-02-30", "day is out of range for month"],
    ["1900-02-29", "day is out of range for month"],
    ["2026-01-01T24:00", "hour must be in 0..23"],
    ["2026-01-01T10:60", "minute must be in 0..59"],
    ["2026-01-01T10:00:60", "second must be in 0..59"],
  ])("is refused with the platform's text: %s", (text, error) => {
    expect(() => parseIsoTime(text)).toThrow(expect.objectContaining({ status: 400, body: { error } }));
  });
});
