import { describe, expect, test } from "vitest";
import { targetOf } from "../../../src/emulator/http/target.ts";

describe("a request target", () => {
  test.each<[string, string[]]>([
    ["/api/v1/jobs", ["api", "v1", "jobs"]],
    ["/jobs/a%2Fb%20c", ["jobs", "a/b c"]],
    ["/jobs/%zz%4", ["jobs", "%zz%4"]],
    ["/jobs/%C3%A9%ff", ["jobs", "é\ufffd"]],
    ["http://127.0.0.1:80/api/v1/config?x=1", ["api", "v1", "config"]],
    ["/", [""]],
  ])("%s names a path, decoded as the platform decodes", (raw, segments) => {
    expect(targetOf(raw).segments).toEqual(segments);
  });

  test("keeps its query", () => {
    expect([...targetOf("/jobs?a=1&a=%2B+2").query]).toEqual([
      ["a", "1"],
      ["a", "+ 2"],
    ]);
  });

  test("is refused if it is none", () => {
    expect(() => targetOf("*")).toThrow("HTTP 400");
  });
});
