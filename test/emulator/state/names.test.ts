import { describe, expect, test } from "vitest";
import { isoTime, namespaceOf, orgProjectHash } from "../../../src/emulator/state/names.ts";

describe("names derived from org and project", () => {
  test("are those of the platform (protocol reference 3.7)", () => {
    expect(orgProjectHash("my-org", "my-proj")).toBe("429e344dfe");
    expect(namespaceOf("my-org", "my-proj")).toBe("platform--my-org--my-proj--23fc1314ff76d09eafeb32d8");
  });

  test("fit into 63 characters however long the names are", () => {
    const namespace = namespaceOf("o".repeat(80), "p".repeat(20));
    expect(namespace.length).toBeLessThanOrEqual(63);
    expect(namespace).toMatch(/^platform--o+--p+--[0-9a-f]{24}$/);
  });
});

describe("isoTime", () => {
  test.each([
    [1_795_350_610_112.522, "2026-11-22T12:30:10.112522+00:00"],
    [1_795_350_610_000, "2026-11-22T12:30:10+00:00"],
    [1_795_350_610_000.001, "2026-11-22T12:30:10.000001+00:00"],
  ])("prints %d as Python does", (ms, text) => {
    expect(isoTime(ms)).toBe(text);
  });
});
