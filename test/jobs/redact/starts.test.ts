import { describe, expect, test } from "vitest";
import { startSearch } from "../../../src/jobs/redact/starts.ts";

const found = (patterns: string[], text: string) => startSearch(patterns)(text);

describe("where a pattern may begin", () => {
  test.each<[string, string, string, number[]]>([
    ["fixed characters", "hf_[a-z]{9}", "hf_x, half hf_", [0, 11]],
    ["an escaped one", "sk\\.[a-z]{9}", "sk.x skix", [0]],
    ["a small class", "gh[op]_[a-z]{9}", "gho_ ghp_ ghx_", [0, 5]],
    ["one of several words", "(?:live|test)_[a-z]{9}", "live_ tester test_", [0, 13]],
    ["a long class", "SK[a-f0-9]{32}", "SK1 SKY SKa", [0, 8]],
    ["a group that repeats", "(?:sgp_){1,2}x", "sgp_", [0]],
    ["what may be absent", "FLW(?:_TEST)?-x", "FLW- FLW_", [0, 5]],
    ["what repeats", "ab+c", "ab ac abb", [0, 6]],
    ["what may be absent or repeat", "ab*c", "ac bc ab", [0, 6]],
    ["what may be absent by a number", "ab{0,3}c", "ac bc", [0]],
    ["what stands by a number", "ab{2}c", "ac ab", [3]],
    ["a digit", "v\\d\\.x", "v1.x v1y vx. v9.x", [0, 13]],
    ["a class behind enough", "abc[de]", "abcz abd", [0]],
    ["a digit behind enough", "abc\\d", "abcz abd", [0]],
    ["a class that repeats", "a[bc]+d", "ab ad acx", [0, 6]],
    ["a sign behind a class", "a[bc]-d", "ab-d abcd ac-d", [0, 10]],
    ["words with signs", "(?:a-b|c_d)e", "a-be a-x c_de", [0, 9]],
    ["a choice of anything else", "ab(?=c)", "abc abd", [0, 4]],
    ["more than one way on", "SG\\.(?:a{3}|b+)", "SG.a SGa", [0]],
  ])("is read from %s", (_what, pattern, text, places) => {
    expect(found([pattern], text)).toEqual(places);
  });

  test("is the shortest of several beginnings", () => {
    expect(found(["sk-ant-x", "sk-[a-z]", "ak_live_"], "sk-y sk-an ak_dead_")).toEqual([0, 5]);
  });

  test("is not inside a word, nor behind other than ASCII by mistake", () => {
    expect(found(["hf_x"], "xhf_x 9hf_x _hf_x éhf_x \u0168f_x")).toEqual([13, 19]);
  });
});
