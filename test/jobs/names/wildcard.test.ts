import { describe, expect, test } from "vitest";
import { matchesWildcard } from "../../../src/jobs/names/wildcard.ts";

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
