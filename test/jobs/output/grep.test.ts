import { describe, expect, test } from "vitest";
import { compileSearch, grepLines } from "../../../src/jobs/output/grep.ts";
import { processorMs } from "../../support/busy.ts";

const log = ["epoch 1", "loss 0.9", "epoch 2", "ERROR: out of memory", "retrying", "epoch 3", "done"];
/** As grep prints it: `12: line` for a match, `11- line` beside one, `--` between blocks. */
const find = (options: Parameters<typeof grepLines>[1]) =>
  grepLines(log, options)
    .blocks.map((block) =>
      block.map(({ index, text, match }) => `${index + 1}${match ? ":" : "-"} ${text}`).join("\n"),
    )
    .join("\n--\n");

describe("grepLines", () => {
  test.each([
    [{ pattern: "epoch \\d" }, "1: epoch 1\n--\n3: epoch 2\n--\n6: epoch 3"],
    [{ pattern: "error" }, ""],
    [{ pattern: "error", ignoreCase: true }, "4: ERROR: out of memory"],
    [{ pattern: "epoch", invert: true, maxMatches: 2 }, "2: loss 0.9\n--\n4: ERROR: out of memory"],
    [{ pattern: "memory", context: 1 }, "3- epoch 2\n4: ERROR: out of memory\n5- retrying"],
    [
      { pattern: "epoch", context: 1, maxMatches: 2 },
      "1: epoch 1\n2- loss 0.9\n3: epoch 2\n4- ERROR: out of memory",
    ],
    [{ pattern: "epoch", newestFirst: true, maxMatches: 2 }, "6: epoch 3\n--\n3: epoch 2"],
    [{ pattern: "^(ERROR|done)", context: 0 }, "4: ERROR: out of memory\n--\n7: done"],
  ])("finds for %j", (options, text) => {
    expect(find(options)).toBe(text);
  });

  test("marks a match that stands in another's context as a match", () => {
    expect(find({ pattern: "e", context: 5, maxMatches: 1 })).toMatch(
      /^1: epoch 1\n2- loss 0\.9\n3: epoch 2/,
    );
  });

  test("counts all matches and says how many are shown", () => {
    expect(grepLines(log, { pattern: "epoch", maxMatches: 1 })).toMatchObject({ matches: 3, shown: 1 });
    expect(grepLines(log, { pattern: "epoch", maxMatches: 0, newestFirst: true })).toMatchObject({
      shown: 0,
    });
  });
});

describe("compileSearch", () => {
  test.each([
    ["(foo", /missing closing \).*backslash/],
    ["a[z-b]c", /invalid character class range at character 3 \("z-b"\)/],
    ["ab**", /invalid nested repetition operator at character 3 \("\*\*"\)/],
    ["x(?=y)", /Look-around is not supported/],
    ["x(?<!y)", /Look-around is not supported/],
    ["(a)\\1", /Back-references are not supported/],
    ["", /empty/],
    ["x".repeat(1001), /the limit is 1000/],
    ["a{5000}", /invalid repeat count/],
  ])("refuses %j with the place and a way out", (pattern, message) => {
    expect(() => compileSearch(pattern)).toThrow(message);
  });

  test("answers patterns that hang other engines at once", () => {
    const took = processorMs(() => {
      expect(compileSearch("^(a+)+$").test(`${"a".repeat(50_000)}b`)).toBe(false);
      expect(compileSearch("(x+x+)+y").test("x".repeat(50_000))).toBe(false);
      expect(compileSearch("(.*)(.*)(.*)(.*)(.*)[b-z]$").test("a".repeat(20_000))).toBe(false);
    });
    expect(took).toBeLessThan(5000);
  });

  test("reads other scripts and inline flags", () => {
    expect(compileSearch("(?i)ГОТОВО").test("всё готово")).toBe(true);
    expect(compileSearch("\\p{Greek}").test("loss α")).toBe(true);
  });
});
