import { describe, expect, test } from "vitest";
import { boundedJson } from "../../src/resources/bounded-json.ts";

const MAX_BYTES = 24_000;

describe("boundedJson", () => {
  test("leaves what is small as it is", () => {
    const value = { id: "job-1", tags: ["a", "b"], history: { restarts: 0 } };
    expect(JSON.parse(boundedJson(value))).toEqual(value);
  });

  test("cuts a long text and says by how much", () => {
    const { command, $cut } = JSON.parse(boundedJson({ command: "x".repeat(100_000) }));
    expect(command).toMatch(/^x{4096} … \(95,904 more characters\)$/);
    expect($cut).toEqual(["command: shortened"]);
  });

  test("keeps the first and the newest of a long list", () => {
    const { steps, $cut } = JSON.parse(boundedJson({ steps: Array.from({ length: 1000 }, (_, n) => n) }));
    expect(steps[0]).toBe(0);
    expect(steps.at(-1)).toBe(999);
    expect($cut).toEqual([expect.stringMatching(/^steps: \d+ of 1000 left out/)]);
    expect(Number(/\d+/.exec($cut[0])?.[0]) + steps.length).toBe(1000);
  });

  test("stays within its budget whatever it is given", () => {
    const env = Object.fromEntries(Array.from({ length: 3000 }, (_, n) => [`NAME_${n}`, "ü".repeat(3000)]));
    const rows = Array.from({ length: 500 }, () => ({ env, text: "y".repeat(9000) }));
    for (const value of [{ env }, { rows }, { env, rows }]) {
      const text = boundedJson(value);
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_BYTES);
      expect(JSON.parse(text).$cut.length).toBeGreaterThan(0);
    }
  });
});
