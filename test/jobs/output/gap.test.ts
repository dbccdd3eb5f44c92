import { describe, expect, test } from "vitest";
import { endsOf, untorn } from "../../../src/jobs/output/gap.ts";

/** What is not shown beside a gap. */
const TORN = 16_000;
const cutAt = (at: number, characters = 700) => ({ at, characters });
const x = (count: number) => "x".repeat(count);
const y = (count: number) => "y".repeat(count);
/** What is shown of either end, and how much is told to be left out, in turn. */
const shownOf = (text: string, at: number) =>
  endsOf({ text, cut: cutAt(at) }, 4).map((end) => untorn(end.text, end));

describe("the two ends of a line with a gap", () => {
  test("a line without one is whole", () => {
    const ends = endsOf({ text: "a\rb" }, 7);
    expect(ends).toEqual([{ text: "a\rb", from: 7, leftOut: 0, isTorn: false }]);
    expect(ends.map((end) => untorn(end.text, end))).toEqual([{ text: "a\rb", leftOut: 0 }]);
  });

  test("are of one line, and lose what stands beside the gap", () => {
    const text = x(TORN + 3) + y(TORN + 2);
    expect(endsOf({ text, cut: cutAt(TORN + 3) }, 4)).toEqual([
      { text: x(TORN + 3), from: 4, side: "head", leftOut: 0, isTorn: true },
      { text: y(TORN + 2), from: 4, side: "tail", leftOut: 700, isTorn: true },
    ]);
    expect(shownOf(text, TORN + 3)).toEqual([
      { text: "xxx", leftOut: TORN },
      { text: "yy", leftOut: 700 + TORN },
    ]);
  });

  test("lose all where they are short", () => {
    expect(shownOf(x(20) + y(30), 20)).toEqual([
      { text: "", leftOut: 20 },
      { text: "", leftOut: 730 },
    ]);
  });

  test("tear no character", () => {
    const head = `x🎉${x(TORN - 1)}`;
    const tail = `${y(TORN - 1)}🎉y`;
    expect(shownOf(head + tail, head.length)).toEqual([
      { text: "x", leftOut: TORN + 1 },
      { text: "y", leftOut: 700 + TORN + 1 },
    ]);
    const even = `x🎉${x(TORN)}`;
    expect(shownOf(`${even}${y(TORN)}🎉`, even.length)).toEqual([
      { text: "x🎉", leftOut: TORN },
      { text: "🎉", leftOut: 700 + TORN },
    ]);
  });

  test("are whole up to where the line was drawn anew long before, and from where it is soon after", () => {
    const [bars, more] = [` 1%\r 2%`, ` 8%\r 9%`];
    const head = `${bars}\r${x(TORN)}`;
    const tail = `${y(TORN)}\r\r${more}`;
    expect(shownOf(head + tail, head.length)).toEqual([
      { text: bars, leftOut: TORN + 1 },
      { text: more, leftOut: 700 + TORN + 2 },
    ]);
    expect(endsOf({ text: head + tail, cut: cutAt(head.length) }, 0).map(({ isTorn }) => isTorn)).toEqual([
      false,
      false,
    ]);
  });

  test("are torn where it was drawn anew nearer, first or at its very end", () => {
    const near = `aa\r${x(TORN - 1)}`;
    expect(shownOf(`${near}${y(TORN - 1)}\rbb`, near.length)).toEqual([
      { text: "aa", leftOut: TORN },
      { text: "bb", leftOut: 700 + TORN },
    ]);
    const first = `\r${x(TORN)}`;
    const last = `${y(TORN)}\r`;
    expect(endsOf({ text: first + last, cut: cutAt(first.length) }, 0).map(({ isTorn }) => isTorn)).toEqual([
      true,
      true,
    ]);
  });
});
