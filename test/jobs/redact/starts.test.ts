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
