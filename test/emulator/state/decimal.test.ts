import { describe, expect, test } from "vitest";
import { add, costOf, isDecimal, isPositive, subtract } from "../../../src/emulator/state/accounts.ts";

describe("costOf", () => {
  test.each([
    [0, "1.5", "0.0"],
    [0, "120.25", "0.00"],
    [0, "2", "0"],
    [7_200_000_000, "0.5", "1.0"],
    [33, "1.5", "1.375E-8"],
    [3_600_000_000, "45.5", "45.5"],
    [1_800_000_000, "0.5", "0.25"],
    [3_600_000_000, "200", "200"],
    [1_000_000, "1", "0.0002777777777777777777777777778"],
    [100, "0.5", "1.388888888888888888888888889E-8"],
  ])("prices %i µs at %s an hour as %s", (micros, price, expected) => {
    expect(costOf(micros, price)).toBe(expected);
  });
});

describe("decimal arithmetic", () => {
  test("adds and subtracts across exponents", () => {
    expect(add("0.1", "0.2")).toBe("0.3");
    expect(add("1.375E-8", "1")).toBe("1.00000001375");
    expect(subtract("1", "45.5")).toBe("-44.5");
    expect(subtract("5", "5")).toBe("0");
  });

  test("tells what is above zero and what is no number", () => {
    expect([isPositive("0"), isPositive("-1"), isPositive("1E-9")]).toEqual([false, false, true]);
    expect([isDecimal("1.5"), isDecimal("1,5"), isDecimal("")]).toEqual([true, false, false]);
  });
});
