import { describe, expect, test } from "vitest";
import { nearestNames, shortId, shortIds } from "../../../src/jobs/names/near.ts";

describe("nearestNames", () => {
  const names = ["train-7b", "train-13b", "eval", "prep", "notebook"];

  test.each([
    ["train7b", ["train-7b", "train-13b"]],
    ["trian-7b", ["train-7b", "train-13b"]],
    ["train", ["train-13b", "train-7b"]],
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

describe("shortIds", () => {
  const a = "job-1a2b3c4d-0000-4000-8000-000000000001";
  const b = "job-1a2b3c4d-0000-4000-8000-000000000002";
  const c = "job-9f8e7d6c-0000-4000-8000-000000000003";

  test("gives at least four digits, and as many as tell ids apart", () => {
    const short = shortIds([a, b, c]);
    expect(short.get(c)).toBe("job-9f8e");
    expect(short.get(a)).toBe(a);
    expect(short.get(b)).toBe(b);
  });

  test("returns prefixes of one id only, without a hyphen at the end", () => {
    const ids = ["job-1a2b3c4d-1", "job-1a2b3c4d-2", "job-1a2b3c4e-1"];
    for (const [id, short] of shortIds(ids)) {
      expect(ids.filter((other) => other.startsWith(short))).toEqual([id]);
      expect(short).not.toMatch(/-$/);
    }
  });

  test("shortens one id on its own to its first group", () => {
    expect(shortId(a)).toBe("job-1a2b3c4d");
  });
});
