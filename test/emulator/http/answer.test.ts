import { describe, expect, test } from "vitest";
import { pythonJson } from "../../../src/emulator/http/answer.ts";

describe("JSON as the platform writes it", () => {
  test.each([
    [{ a: [1, "é", null], b: { c: true } }, '{"a": [1, "\\u00e9", null], "b": {"c": true}}'],
    [{ cpu: 1, memory: 1, run_time_seconds: 0 }, '{"cpu": 1.0, "memory": 1, "run_time_seconds": 0.0}'],
    [
      { cpu: 0.5, schedule_timeout: 60, timestamp: 1e3 },
      '{"cpu": 0.5, "schedule_timeout": 60.0, "timestamp": 1000.0}',
    ],
    [{ gone: undefined, kept: {} }, '{"kept": {}}'],
  ])("has its blanks, escapes and floats: %j", (value, text) => {
    expect(pythonJson(value)).toBe(text);
  });
});
