import { describe, expect, test } from "vitest";
import {
  hideSpans,
  isBehind,
  spansAt,
  spansOf,
  spansOnLines,
  surrounded,
} from "../../../src/jobs/redact/spans.ts";

describe("what a pattern finds", () => {
  test.each<[string, RegExp, string, number[][]]>([
    [
      "whole without a group",
      /ab+/g,
      "ab abb",
      [
        [0, 2],
        [3, 6],
      ],
    ],
    [
      "the group that took part",
      /a(b)|c(d)/dg,
      "ab cd",
      [
        [1, 2],
        [4, 5],
      ],
    ],
    ["whole if no group took part", /a(b)?/dg, "x a", [[2, 3]]],
    ["the second of two that are alike", /b=(b)/dg, "x b=b", [[4, 5]]],
    [
      "the first of two that are alike",
      /(b)=b/dg,
      "x b=b b=b",
      [
        [2, 3],
        [6, 7],
      ],
    ],
  ])("is %s", (_what, pattern, text, places) => {
    const find = pattern.flags.includes("d") ? surrounded(pattern) : pattern;
    expect(spansOf(text, find)).toEqual(places.map(([start, end]) => ({ start, end })));
    expect(spansOf(text, find)).toEqual(spansOf(text, find));
  });

  test("is left where it is no secret", () => {
    expect(spansOf("a1 a2", /a\d/g, (value) => value === "a2")).toEqual([{ start: 3, end: 5 }]);
  });

  test("is looked for on the lines with a hint, once each", () => {
    const lines: [string, number][] = [];
    const spans = spansOnLines("ab\nx b b\nx\nb", /b/g, (line, at) => {
      lines.push([line, at]);
      return [{ start: 0, end: 1 }];
    });
    expect(lines).toEqual([
      ["ab", 0],
      ["x b b", 3],
      ["b", 11],
    ]);
    expect(spans.map(({ start }) => start)).toEqual([0, 3, 11]);
  });

  test("is looked for at places, never within what was found before", () => {
    const find = { find: /(?:a|b)+/y, isSecret: (value: string) => value !== "a" };
    const missed: number[] = [];
    expect(spansAt("aab xab a ab", [0, 1, 3, 4, 5, 8, 10], find, missed)).toEqual([
      { start: 0, end: 3 },
      { start: 5, end: 7 },
      { start: 10, end: 12 },
    ]);
    expect(missed).toEqual([1, 3, 4, 8]);
  });
});

describe("a sign before a place", () => {
  test.each([
    ["=x", true],
    ["= x", true],
    ["= \t x", true],
    ["=   \tx", false],
    [">x", true],
    ["=a x", false],
    ["a x", false],
    ["x", false],
  ])("may have a few blanks behind it: %j", (text, is) => {
    expect(isBehind(text, text.length - 1, "=>")).toBe(is);
  });
});

describe("hiding", () => {
  test.each<[string, string, Parameters<typeof hideSpans>[1], string, number]>([
    ["nothing", "abc", [], "abc", 0],
    ["an empty stretch", "abc", [{ start: 1, end: 1 }], "abc", 0],
    [
      "one within another",
      "abcdef",
      [
        { start: 2, end: 3 },
        { start: 1, end: 5 },
      ],
      "a[redacted]f",
      1,
    ],
    [
      "two from one place",
      "abcdef",
      [
        { start: 1, end: 3 },
        { start: 1, end: 5 },
      ],
      "a[redacted]f",
      1,
    ],
    [
      "several lines",
      "a\n  b \n\nc d",
      [{ start: 0, end: 9 }],
      "[redacted]\n  [redacted]\n\n[redacted] d",
      1,
    ],
    ["what is hidden", "a [redacted]", [{ start: 2, end: 12 }], "a [redacted]", 0],
    ["what goes on", "ab", [{ start: 0, end: 1, continues: true }], "[redacted]b", 0],
    [
      "what goes on in a secret of its own",
      "abc",
      [
        { start: 0, end: 2, continues: true },
        { start: 1, end: 3 },
      ],
      "[redacted]",
      1,
    ],
    [
      "what goes on twice",
      "abc",
      [
        { start: 0, end: 2, continues: true },
        { start: 1, end: 3, continues: true },
      ],
      "[redacted]",
      0,
    ],
    ["lines that go on", "a\nb", [{ start: 0, end: 3, continues: true }], "[redacted]\n[redacted]", 0],
  ])("counts %s", (_what, text, spans, shown, hidden) => {
    expect(hideSpans(text, spans)).toEqual({ text: shown, hidden });
  });
});
