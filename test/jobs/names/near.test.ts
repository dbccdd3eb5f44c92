import { describe, expect, test } from "vitest";
import { matchesWildcard, nearestNames } from "../../../src/jobs/names/near.ts";

describe("nearestNames", () => {
  const names = ["train-7b", "train-13b", "eval", "prep", "notebook"];

  test.each([
    ["train7b", ["train-7b", "train-13b"]],
    ["trian-7b", ["train-7b", "train-13b"]],
    ["train", ["train-7b", "train-13b"]],
    ["EVAL", ["eval"]],
    ["perp", ["prep"]],
    ["zzzzzzzz", []],
  ])("finds for %j %j", (wanted, nearest) => {
    expect(nearestNames(wanted, names)).toEqual(nearest);
  });

  test("gives no more than asked, and each once", () => {
    expect(nearestNames("train", ["train-1", "train-1", "train-2", "train-3"], 2)).toEqual([
      "train-1",
      "train-2",
    ]);
  });
});

describe("a name pattern", () => {
  test.each([
    ["train-7b", "train-7b"],
    ["train-7b", "train-*"],
    ["train-7b", "*7b"],
    ["train-7b", "*"],
    ["train-7b", "t*-*b"],
    ["aab", "a*ab"],
    ["abc", "*a*b*c*"],
    ["train", "train*"],
  ])("%s fits %s", (name, pattern) => {
    expect(matchesWildcard(name, pattern)).toBe(true);
  });

  test.each([
    ["train-7b", "train"],
    ["train-7b", "prep-*"],
    ["ab", "ab*b"],
    ["train", "train*n"],
    ["a.b", "a?b"],
    ["ba", "*a*b*"],
    ["ab", "*ab*b*"],
    ["train-7b", "*q*"],
    ["train", "x*q*n"],
    ["train-7b", ""],
  ])("%s does not fit %s", (name, pattern) => {
    expect(matchesWildcard(name, pattern)).toBe(false);
  });
});
