import { describe, expect, test } from "vitest";
import { shortId, shortIds } from "../../../src/jobs/names/ids.ts";

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
