import { describe, expect, test } from "vitest";
import {
  ageOf,
  durationSeconds,
  formatDuration,
  formatInstant,
  parseDuration,
} from "../../../src/jobs/time/durations.ts";

describe("parseDuration", () => {
  test.each([
    ["90s", 90],
    ["6h", 21_600],
    ["1d2h", 93_600],
    ["2h30m", 9000],
    ["2h 30m", 9000],
    [" 30m ", 1800],
    ["1.5h", 5400],
    ["2 hours", 7200],
    ["1 day and 2 hours", 93_600],
    ["45 min", 2700],
    ["1w", 604_800],
    ["0s", 0],
    ["10M", 600],
  ])("reads %j as %d seconds", (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  test.each(["", " ", "10", "h", "6x", "1h1h", "5 potatoes", "1h foo", "-3h", "1h,,x", "٣h", "months"])(
    "refuses %j with what to write",
    (text) => {
      expect(durationSeconds(text)).toBeUndefined();
      expect(() => parseDuration(text)).toThrow(/is not a length of time: write e\.g\. "90s"/);
    },
  );

  test("shows at most a little of a long text in its error", () => {
    expect(() => parseDuration("x".repeat(10_000))).toThrow(/^.{0,200}$/s);
  });
});

describe("printing lengths of time", () => {
  test.each([
    [0, "0s", "0s"],
    [42.9, "42s", "42s"],
    [60, "1m", "1m"],
    [200, "3m 20s", "3m"],
    [9000, "2h 30m", "2h"],
    [7200, "2h", "2h"],
    [86_400, "1d", "1d"],
    [100_800, "1d 4h", "1d"],
    [1_040_000, "12d", "12d"],
    [-5, "0s", "0s"],
  ])("prints %d seconds as %s and short as %s", (seconds, long, short) => {
    expect(formatDuration(seconds)).toBe(long);
    expect(ageOf("1970-01-01T00:00:00Z", seconds * 1000)).toBe(short);
  });

  test("says how long ago an ISO time was", () => {
    expect(ageOf("2026-11-22T10:00:00+00:00", Date.parse("2026-11-22T12:59:00Z"))).toBe("2h");
    expect(ageOf("never", 0)).toBe("");
  });

  test("prints instants in UTC to the second", () => {
    expect(formatInstant("2026-11-22T11:21:02.539618+02:00")).toBe("2026-11-22T09:21:02Z");
    expect(formatInstant(0)).toBe("1970-01-01T00:00:00Z");
    expect(formatInstant("soon")).toBe("soon");
  });
});
