import { describe, expect, test } from "vitest";
import { SameTime } from "../../../src/client/logs/cursor.ts";
import type { LogLine } from "../../../src/client/logs/lines.ts";
import { NewestLines } from "../../../src/client/logs/newest-lines.ts";

const at = (second: number, fraction = "000000") =>
  `2026-08-01T10:00:${String(second).padStart(2, "0")}.${fraction}Z`;
const line = (second: number, text = "x") => ({ time: at(second), text });
const untimed: LogLine = { text: "no time" };

describe("SameTime", () => {
  test("counts the lines of one time, whatever precision it comes in", () => {
    const place = new SameTime();
    expect(place.cursor).toBeUndefined();
    expect(place.isOld(line(1))).toBe(false);

    for (const time of [at(1), at(1), at(1, "000000999")]) place.saw({ time });
    expect(place.cursor).toEqual({ time: at(1, "000000999"), count: 3 });
    place.saw(line(2));

    expect(place.cursor).toEqual({ time: at(2), count: 1 });
  });

  test("counts no line that is unfinished or has no time", () => {
    const place = new SameTime();
    place.saw({ ...line(1), open: true });
    place.saw(untimed);
    expect(place.cursor).toBeUndefined();
  });

  test("passes over what is before its cursor, and nothing after that", () => {
    const place = new SameTime({ time: at(5), count: 2 });
    const lines = [line(4), line(5), line(4), line(5), line(5), line(6)];
    expect(lines.map((each) => place.isOld(each))).toEqual([true, true, true, true, false, false]);
  });

  test("passes over an unfinished line without counting it, until the count is over", () => {
    const place = new SameTime({ time: at(5), count: 1 });
    const open = { ...line(5), open: true as const };
    const lines = [{ ...open, time: at(4) }, open, open, line(5), open, line(5), open];
    expect(lines.map((each) => place.isOld(each))).toEqual([true, true, true, true, false, false, false]);
  });

  test("passes over an unfinished line without a time without counting it", () => {
    const first = new SameTime();
    for (const each of [line(5), untimed]) first.saw(each);
    const second = first.again();
    const open: LogLine = { ...untimed, open: true };
    const lines = [open, line(5), open, untimed, open, untimed];
    expect(lines.map((each) => second.isOld(each))).toEqual([true, true, true, true, false, false]);
  });

  test("passes over no line of its cursor's time behind a later one", () => {
    const place = new SameTime({ time: at(5), count: 2 });
    expect([line(6), line(5), line(4)].map((each) => place.isOld(each))).toEqual([false, false, true]);
  });

  test("passes over lines without a time on a new connection only, and as many as were seen", () => {
    const first = new SameTime({ time: at(5), count: 1 });
    expect(first.isOld(untimed)).toBe(false);
    for (const each of [line(5), untimed, untimed]) first.saw(each);

    const second = first.again();
    const lines = [untimed, line(5), line(5), untimed, untimed, untimed];
    expect(lines.map((each) => second.isOld(each))).toEqual([true, true, true, true, true, false]);
    expect(second.cursor).toEqual(first.cursor);
  });

  test("counts lines without a time also where no other was seen", () => {
    const seen = new SameTime();
    seen.saw(untimed);
    const again = seen.again();
    expect([again.isOld(untimed), again.isOld(untimed)]).toEqual([true, false]);
  });

  test("counts lines without a time from the last one with a time on", () => {
    const first = new SameTime();
    for (const each of [untimed, line(5), untimed]) first.saw(each);
    const again = first.again();
    expect([line(5), untimed, untimed].map((each) => again.isOld(each))).toEqual([true, true, false]);

    first.sawPassed({ time: at(6), passed: 3, bytes: 90, sameTime: 1 });
    const later = first.again();
    expect([line(6), untimed].map((each) => later.isOld(each))).toEqual([true, false]);
  });

  test("still knows on the third connection what the second one passed over", () => {
    const first = new SameTime();
    for (const each of [line(5), untimed]) first.saw(each);
    const third = first.again().again();
    expect([line(5), untimed, untimed].map((each) => third.isOld(each))).toEqual([true, true, false]);
  });

  test("counts on where all lines that were passed over have its time", () => {
    const place = new SameTime();
    place.saw(line(5));
    place.sawPassed({ time: at(5), passed: 3, bytes: 90, sameTime: 3 });
    expect(place.cursor).toEqual({ time: at(5), count: 4 });
    place.sawPassed({ time: at(5), passed: 3, bytes: 90, sameTime: 2 });
    expect(place.cursor).toEqual({ time: at(5), count: 2 });
    place.sawPassed({ time: at(6), passed: 2, bytes: 60, sameTime: 2 });
    expect(place.cursor).toEqual({ time: at(6), count: 2 });
  });
});

describe("NewestLines", () => {
  const keep = (limit: { lines: number; bytes: number }, lines: LogLine[]) => {
    const newest = new NewestLines(limit);
    for (const each of lines) newest.push(each);
    return newest;
  };

  test("keeps the newest, and knows the place before them", () => {
    const newest = keep({ lines: 2, bytes: 100 }, [line(1), line(1), line(2), line(3)]);
    expect(newest.lines).toEqual([line(2), line(3)]);
    expect(newest).toMatchObject({ start: { time: at(1), count: 2 }, hasDropped: true });
  });

  test("begins before the first line while nothing was dropped", () => {
    const newest = keep({ lines: 2, bytes: 100 }, [line(1), line(2)]);
    expect(newest).toMatchObject({ start: { time: at(1), count: 0 }, hasDropped: false });
    expect(keep({ lines: 2, bytes: 100 }, []).start).toBeUndefined();
    expect(keep({ lines: 2, bytes: 100 }, [untimed]).start).toBeUndefined();
    const after = { time: at(0), count: 7 };
    const later = new NewestLines({ lines: 2, bytes: 100 }, after);
    expect(later.start).toBeUndefined();
    later.push(line(1));
    expect(later.start).toEqual(after);
  });

  test("counts a byte for each line's end, and keeps one line however long", () => {
    const texts = (bytes: number) =>
      keep({ lines: 9, bytes }, [line(1, "aaaa"), line(2, "bb"), line(3, "c")]).lines.map(({ text }) => text);
    expect(texts(10)).toEqual(["aaaa", "bb", "c"]);
    expect(texts(9)).toEqual(["bb", "c"]);
    expect(texts(4)).toEqual(["c"]);
    expect(texts(0)).toEqual(["c"]);
  });

  test("keeps the right ones of very many", () => {
    const lines = Array.from({ length: 5000 }, (_, index) => line(index % 60, `${index}`));
    const newest = keep({ lines: 3, bytes: 1000 }, lines);
    expect(newest.lines.map(({ text }) => text)).toEqual(["4997", "4998", "4999"]);
    expect(newest.start).toEqual({ time: at(4996 % 60), count: 1 });
  });
});
