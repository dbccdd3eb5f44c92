import { describe, expect, test } from "vitest";
import { parseLifeSpan, toMinutes } from "../../../src/client/start/life-span.ts";

describe("parseLifeSpan", () => {
  test.each([
    ["1d2h3m4s", 93_784],
    ["90m", 5400],
    [" 2h ", 7200],
    ["0", 0],
    ["3600", 3600],
  ])("reads %s", (text, seconds) => {
    expect(parseLifeSpan(text)).toBe(seconds);
  });

  test.each(["", "1.5h", "2h1d", "h", "-1h", "1h30"])("refuses %s", (text) => {
    expect(() => parseLifeSpan(text)).toThrow(expect.objectContaining({ code: "invalid_argument" }));
  });
});

describe("toMinutes", () => {
  test("rounds up to whole minutes", () => {
    expect([60, 61, 3600, 3661.5].map((seconds) => toMinutes(seconds, "It"))).toEqual([1, 2, 60, 62]);
  });

  test.each([0, 59.9, -1, Number.NaN])("refuses %d seconds", (seconds) => {
    expect(() => toMinutes(seconds, "It")).toThrow("at least 60 s".replace("at least", "the least is"));
  });
});
