import { describe, expect, test } from "vitest";
import { cutShort, oneLine, visible } from "../src/foreign.ts";

describe("foreign text", () => {
  test.each([
    [
      "\u001bred \u009bbold \u001b]0;x\u0007 \u001b[31",
      "<U+001B>red <U+009B>bold <U+001B>]0;x<U+0007> <U+001B>[31",
    ],
    ["a\ud800b\udfff", "a<U+D800>b<U+DFFF>"],
    ["a\u0007b\u0000c\u007f\u009b", "a<U+0007>b<U+0000>c<U+007F><U+009B>"],
    ["a\rb", "a<U+000D>b"],
    ["user\u202enimda", "user<U+202E>nimda"],
    ["\u2066x\u2069 \u200ey\u200f \u061c", "<U+2066>x<U+2069> <U+200E>y<U+200F> <U+061C>"],
    [
      "pass\u200bword \u2060\ufeff \u00ad \u200c \u180e",
      "pass<U+200B>word <U+2060><U+FEFF> <U+00AD> <U+200C> <U+180E>",
    ],
    ["tag \u{e0041}\u{e0001}", "tag <U+E0041><U+E0001>"],
    ["a\u2028b\u2029c", "a<U+2028>b<U+2029>c"],
    ["a\u200db 1\u200d2", "a<U+200D>b 1<U+200D>2"],
    ["half \ud800 \udc00\ud83d", "half <U+D800> <U+DC00><U+D83D>"],
    ["\u3164\u115f\uffa0", "<U+3164><U+115F><U+FFA0>"],
  ])("is marked where it cannot be seen: %j", (text, expected) => {
    expect(visible(text)).toBe(expected);
    expect(oneLine(visible(text))).toBe(expected);
  });

  test.each([
    "plain\ttext\n",
    "Füße 日本語 العربية עברית हिन्दी",
    "👨‍👩‍👧 ❤️‍🔥 👩🏽‍💻 🇩🇪 ✔︎",
    "± → ⏎ │██▏",
    "e\u0301",
  ])("is left where it can: %j", (text) => expect(visible(text)).toBe(text));

  test("loses what a terminal obeys: colours, moves, character sets", () => {
    expect(
      visible("\u001b[31mred\u001b(B\u001b[m \u009b1mbold\u001b7 \u001b[?25l\u001b[2Kx\u001b#8y\u001bc"),
    ).toBe("red bold xy");
  });

  test("keeps to one line where one is meant", () => {
    expect(oneLine("a\nb\r\nc\n")).toBe("a ⏎ b ⏎ c ⏎ ");
  });

  test.each([
    ["short enough", 12, "short enough"],
    ["nothing is torn", 9, "nothing…"],
    ["nothing is torn", 8, "nothing…"],
    ["the key ghp_abcdefghijklmnop is refused", 20, "the key…"],
    ["the key ghp_abcdefghijklmnop is refused", 29, "the key ghp_abcdefghijklmnop…"],
    ["ghp_abcdefghijklmnopqrstuvwxyz", 20, "ghp_abcd…"],
    [`${"x ".repeat(20)}end`, 8, "x x x x…"],
  ])("is cut between words: %j to %d characters", (text, maxChars, expected) => {
    expect(cutShort(text, maxChars)).toBe(expected);
  });
});
