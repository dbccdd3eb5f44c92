import { describe, expect, test } from "vitest";
import { NewestLines } from "../../../src/client/logs/newest-lines.ts";

const timeOf = (index: number) => `2026-08-01T12:00:00.${String(index).padStart(6, "0")}Z`;
const line = (index: number, text = `line ${index}`) => ({ time: timeOf(index), text });

function keeping(
  limit: { lines?: number; bytes?: number },
  ...args: [after?: { time: string; count: number }]
) {
  return new NewestLines({ lines: 1000, bytes: 1_000_000, ...limit }, ...args);
}

describe("the newest lines", () => {
  test("are as many as wanted, oldest first, and the place before them", () => {
    const newest = keeping({ lines: 2 });
    expect([newest.lines, newest.start, newest.hasDropped]).toEqual([[], undefined, false]);

    newest.push(line(1));
    newest.push(line(2));
    expect([newest.lines, newest.hasDropped]).toEqual([[line(1), line(2)], false]);
    expect(newest.start).toEqual({ time: timeOf(1), count: 0 });
    newest.push(line(3));

    expect([newest.lines, newest.hasDropped]).toEqual([[line(2), line(3)], true]);
    expect(newest.start).toEqual({ time: timeOf(1), count: 1 });
  });

  test("are as many bytes as wanted, each with its line end, and always one", () => {
    const newest = keeping({ bytes: 10 });
    newest.push(line(1, "1234"));
    newest.push(line(2, "1234"));
    expect(newest.lines).toHaveLength(2);
    newest.push(line(3, ""));
    expect(newest.lines.map(({ text }) => text)).toEqual(["1234", ""]);
    newest.push(line(4, "x".repeat(100)));
    expect(newest.lines.map(({ text }) => text.length)).toEqual([100]);
    newest.push(line(5, "12345678"));
    expect(newest.lines.map(({ text }) => text)).toEqual(["12345678"]);
    newest.push(line(6, ""));
    expect(newest.lines).toHaveLength(2);
  });

  test("begin after the place that reading began at", () => {
    const after = { time: timeOf(0), count: 3 };
    const newest = keeping({ lines: 1 }, after);
    newest.push(line(1));
    expect(newest.start).toEqual(after);
    newest.push(line(2));
    expect(newest.start).toEqual({ time: timeOf(1), count: 1 });
  });

  test("have no place before a first one without a time", () => {
    const newest = keeping({});
    newest.push({ text: "x" });
    expect(newest.start).toBeUndefined();
  });

  test("stay the same over thousands that are dropped", () => {
    const newest = keeping({ lines: 3 });
    for (let index = 0; index < 5000; index += 1) {
      newest.push(line(index));
      if (index < 2) continue;
      expect(newest.lines.map(({ text }) => text)).toEqual(
        [index - 2, index - 1, index].map((each) => `line ${each}`),
      );
    }
    expect(newest.start).toEqual({ time: timeOf(4996), count: 1 });
  });
});
