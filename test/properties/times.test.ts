import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ageOf,
  durationSeconds,
  formatDuration,
  formatInstant,
  formatSpan,
  parseDuration,
  parseLifeSpan,
} from "../../src/jobs/time/durations.ts";
import { parseMoment, parseWindow } from "../../src/jobs/time/moments.ts";
import { check } from "../support/check.ts";
import { endless, endlessText, hostileText, readOrRefuse } from "../support/hostile.ts";

const RUNS = 150;
const YEAR_SECONDS = 365 * 86_400;
const nowMs = Date.parse("2026-11-22T12:34:56.789Z");
const WORDS = [
  "1d",
  "2h",
  "30m",
  "90s",
  "1.5",
  "hours",
  "week",
  "and",
  "ago",
  "last",
  "now",
  "today",
  "monday",
  "at ",
];
const written = hostileText(...WORDS, "2026-11-22", "T10:00", "14:30", "+02:00", "Z", ",");
const seconds = fc.integer({ min: 0, max: 10 * YEAR_SECONDS });
const zone = fc.integer({ min: -14 * 60, max: 14 * 60 }).chain((minutes) => {
  const digits = (number: number) => String(number).padStart(2, "0");
  const [hours, rest] = [digits(Math.floor(Math.abs(minutes) / 60)), digits(Math.abs(minutes) % 60)];
  const sign = minutes < 0 ? "-" : "+";
  const name = fc.constantFrom(`${sign}${hours}:${rest}`, `${sign}${hours}${rest}`);
  return fc.record({ name, ms: fc.constant(minutes * 60_000) });
});

describe("times", { tags: "hostility" }, () => {
  test("a length of time is a number of seconds not below 0, or refused", () =>
    check(
      fc.property(written, (text) => {
        const read = readOrRefuse(() => parseDuration(text));
        if (read === undefined) return;
        expect(read).toBeGreaterThanOrEqual(0);
        expect(Number.isFinite(read)).toBe(true);
        expect(parseDuration(`  ${text.toUpperCase()} `)).toBe(read);
      }),
      RUNS,
    ));

  test("a length of time is read as it was written", () =>
    check(
      fc.property(seconds, (length) => {
        expect(parseDuration(formatSpan(length))).toBe(length);
        const shown = parseDuration(formatDuration(length));
        expect(shown).toBeLessThanOrEqual(length);
        expect(shown).toBeGreaterThan(length * 0.9 - 60);
      }),
      RUNS,
    ));

  test("a life span is at most a year", () =>
    check(
      fc.property(fc.oneof(written, seconds.map(formatSpan)), (text) => {
        const read = readOrRefuse(() => parseLifeSpan(text));
        if (read !== undefined) expect(read).toBeLessThanOrEqual(YEAR_SECONDS);
        else
          expect(durationSeconds(text.trim().toLowerCase()) ?? Number.POSITIVE_INFINITY).toBeGreaterThan(
            YEAR_SECONDS,
          );
      }),
      RUNS,
    ));

  test("a point in time is one that a date can hold, or refused", () =>
    check(
      fc.property(written, (text) => {
        const read = readOrRefuse(() => parseMoment(text, { nowMs }));
        if (read === undefined) return;
        expect(formatInstant(read)).toMatch(/^[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      }),
      RUNS,
    ));

  test("a point in time is read as it was written, to the second, in any zone", () =>
    check(
      fc.property(
        fc.date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true }),
        zone,
        (date, { name, ms }) => {
          const second = Math.floor(date.getTime() / 1000) * 1000;
          expect(parseMoment(formatInstant(second), { nowMs })).toBe(second);
          const local = new Date(second + ms).toISOString().slice(0, 19);
          if (local.startsWith("+")) return;
          expect(parseMoment(`${local}${name}`, { nowMs })).toBe(second);
        },
      ),
      RUNS,
    ));

  test("a length of time ago is as long before now", () =>
    check(
      fc.property(seconds, fc.constantFrom("", "-", "last "), (length, before) => {
        expect(parseMoment(before + formatSpan(length), { nowMs })).toBe(nowMs - length * 1000);
        if (length > 0) expect(ageOf(formatInstant(nowMs - length * 1000), nowMs)).toMatch(/^\d+[dhms]$/);
      }),
      RUNS,
    ));

  test("a window that is taken is not empty", () =>
    check(
      fc.property(written, written, (since, until) => {
        const read = readOrRefuse(() => parseWindow({ since, until }, nowMs));
        if (read !== undefined) expect(read.since?.getTime()).toBeLessThan(read.until?.getTime() ?? 0);
      }),
      RUNS,
    ));

  test("an endless text is read as fast as it is long", () =>
    check(
      fc.property(endless(...WORDS, " ", ","), (text) => {
        expect(readOrRefuse(() => parseDuration(endlessText(text)))).toBeUndefined();
        expect(readOrRefuse(() => parseMoment(endlessText(text), { nowMs }))).toBeUndefined();
      }),
      30,
    ));
});
