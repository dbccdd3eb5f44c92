import { describe, expect, test } from "vitest";
import {
  byteLength,
  capText,
  firstBytes,
  formatBytes,
  joinKept,
  keepHeadAndTail,
  lastBytes,
  shareBudget,
} from "../../../src/jobs/output/budget.ts";

const numbered = Array.from({ length: 1000 }, (_, i) => `line ${i}`);

describe("keepHeadAndTail", () => {
  test("keeps all that fits", () => {
    const kept = keepHeadAndTail(["a", "b"], 3);
    expect(kept).toEqual({ head: ["a", "b"], tail: [], omittedLines: 0, omittedBytes: 0 });
  });

  test("keeps head and tail and counts what lies between exactly", () => {
    const { head, tail, omittedLines, omittedBytes } = keepHeadAndTail(numbered, 500);
    expect(head[0]).toBe("line 0");
    expect(tail.at(-1)).toBe("line 999");
    expect(head.length + tail.length + omittedLines).toBe(1000);
    const between = numbered.slice(head.length, head.length + omittedLines);
    expect(omittedBytes).toBe(byteLength(between.join("\n")) + 1);
  });

  test("shows the end of a last line that alone is too long", () => {
    const { tail, omittedLines } = keepHeadAndTail(["start", `${"x".repeat(10_000)}end`], 400);
    expect(tail[0]).toMatch(/^x+end$/);
    expect(omittedLines).toBe(0);
  });

  test("says what is missing", () => {
    expect(joinKept(keepHeadAndTail(numbered, 300))).toMatch(/\n… 9\d\d lines, \d\.\d kB not shown …\n/);
  });

  test("never exceeds its budget and never splits a character", () => {
    const alphabet = ["a", "é", "完", "🎉", "\n", " "];
    let seed = 1;
    const next = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    for (let round = 0; round < 500; round += 1) {
      const text = Array.from({ length: next(800) }, () => alphabet[next(alphabet.length)]).join("");
      const maxBytes = next(600);
      const capped = capText(text, maxBytes);
      expect(byteLength(capped)).toBeLessThanOrEqual(maxBytes);
      expect(capped).not.toContain("\ufffd");
      if (byteLength(text) <= maxBytes) expect(capped).toBe(text);
    }
  });
});

describe("cutting at bytes", () => {
  test.each([
    [0, "", ""],
    [2, "a", ""],
    [4, "a🎉".slice(0, 1), "🎉"],
    [5, "a🎉", "🎉"],
    [9, "a🎉🎉", "a🎉🎉"],
  ])("keeps whole characters within %d bytes", (maxBytes, first, last) => {
    expect(firstBytes("a🎉🎉", maxBytes)).toBe(first);
    expect(lastBytes("a🎉🎉", maxBytes)).toBe(last);
  });
});

describe("shareBudget", () => {
  test.each([
    [[100, 100], 1000, [100, 100]],
    [[1000, 1000], 1000, [500, 500]],
    [[100, 5000, 5000], 1000, [100, 450, 450]],
    [[5000, 10, 300], 1000, [690, 10, 300]],
    [[0, 0], 10, [0, 0]],
    [[], 10, []],
    [[5], -1, [0]],
  ])("shares among needs %j a total of %d as %j", (needs, total, shares) => {
    expect(shareBudget(needs, total)).toEqual(shares);
  });

  test("never gives more than there is, nor leaves a need while some is left", () => {
    for (let total = 0; total < 200; total += 7) {
      const needs = [13, 80, 3, 44, 44];
      const given = shareBudget(needs, total).reduce((a, b) => a + b, 0);
      expect(given).toBe(Math.min(total, 184));
    }
  });
});

describe("formatBytes", () => {
  test.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1 kB"],
    [56_123, "56.1 kB"],
    [999_990, "1 MB"],
    [17_179_869_184, "17.2 GB"],
  ])("prints %d as %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});
