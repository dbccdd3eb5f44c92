import { describe, expect, test } from "vitest";
import { parseMoment } from "../../../src/jobs/time/moments.ts";

// A Sunday.
const nowMs = Date.parse("2026-11-22T16:00:00Z");

describe("parseMoment", () => {
  test.each([
    ["2h", "2026-11-22T14:00:00.000Z"],
    ["10m ago", "2026-11-22T15:50:00.000Z"],
    ["-10m", "2026-11-22T15:50:00.000Z"],
    ["last 3 days", "2026-11-19T16:00:00.000Z"],
    ["past hour", "2026-11-22T15:00:00.000Z"],
    ["1d2h", "2026-11-21T14:00:00.000Z"],
    ["now", "2026-11-22T16:00:00.000Z"],
    ["today", "2026-11-22T00:00:00.000Z"],
    ["Yesterday", "2026-11-21T00:00:00.000Z"],
    ["yesterday 14:30", "2026-11-21T14:30:00.000Z"],
    ["yesterday at 9:05", "2026-11-21T09:05:00.000Z"],
    ["14:30", "2026-11-22T14:30:00.000Z"],
    ["23:15", "2026-11-21T23:15:00.000Z"],
    ["friday", "2026-11-20T00:00:00.000Z"],
    ["last fri", "2026-11-20T00:00:00.000Z"],
    ["sunday", "2026-11-15T00:00:00.000Z"],
    ["2026-11-20", "2026-11-20T00:00:00.000Z"],
    ["2026-11-20T10:00", "2026-11-20T10:00:00.000Z"],
    ["2026-11-20 10:00:05", "2026-11-20T10:00:05.000Z"],
    ["2026-11-20T10:00:00.539618+02:00", "2026-11-20T08:00:00.539Z"],
    ["2026-11-20T10:00+0200", "2026-11-20T08:00:00.000Z"],
    ["2026-11-20 10:00 UTC", "2026-11-20T10:00:00.000Z"],
  ])("reads %j as %s", (text, iso) => {
    expect(new Date(parseMoment(text, { nowMs })).toISOString()).toBe(iso);
  });

  test.each(["2026-02-30", "2025-02-29T10:00", "2026-04-31 12:00", "2026-02-30T10:00Z"])(
    "refuses %j, a day that does not exist",
    (text) => {
      expect(() => parseMoment(text, { nowMs })).toThrow(/is not a time/);
    },
  );

  test("reads the day of a leap year", () => {
    expect(new Date(parseMoment("2024-02-29", { nowMs })).toISOString()).toBe("2024-02-29T00:00:00.000Z");
  });

  test.each(["", "soon", "tomorrowish", "2026-13-45", "25:00", "10", "mo", "at 5", "2026-11-20T10"])(
    "refuses %j with what to write",
    (text) => {
      expect(() => parseMoment(text, { nowMs })).toThrow(/is not a time: write e\.g\..*UTC when no zone/);
    },
  );
});
