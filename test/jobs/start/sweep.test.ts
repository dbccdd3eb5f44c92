import { describe, expect, test } from "vitest";
import { InvalidInputError } from "../../../src/jobs/invalid-input.ts";
import { expandSweep, valuesText } from "../../../src/jobs/start/sweep.ts";

describe("a sweep", () => {
  test("makes one job per combination, the last parameter varying fastest", () => {
    const items = expandSweep({
      matrix: { lr: ["0.1", "0.01"], seed: ["1", "2"] },
      name: "sweep",
      command: "python t.py --lr {lr} --seed {seed} --out run-{i}",
      requestId: "r",
    });
    expect(items.map(({ name, command, requestId }) => [name, command, requestId])).toEqual([
      ["sweep-1", "python t.py --lr 0.1 --seed 1 --out run-1", "r-1"],
      ["sweep-2", "python t.py --lr 0.1 --seed 2 --out run-2", "r-2"],
      ["sweep-3", "python t.py --lr 0.01 --seed 1 --out run-3", "r-3"],
      ["sweep-4", "python t.py --lr 0.01 --seed 2 --out run-4", "r-4"],
    ]);
  });

  test("fills in env, and leaves other braces and shell variables alone", () => {
    const [item] = expandSweep({
      matrix: { lr: ["0.1"] },
      command: "echo $" + "{lr} {other} {i}",
      env: { LR: "{lr}", ID: "x{i}" },
      requestId: "r",
    });
    expect(item).toMatchObject({ command: "echo $" + "{lr} {other} 1", env: { LR: "0.1", ID: "x1" } });
  });

  test("puts values in once: a value that looks like a parameter stays", () => {
    const [item] = expandSweep({ matrix: { a: ["{b}"], b: ["x"] }, command: "{a} {b}", requestId: "r" });
    expect(item?.command).toBe("{b} x");
  });

  test("makes equal jobs for a count", () => {
    const items = expandSweep({ count: 3, requestId: "r" });
    expect(items).toEqual([1, 2, 3].map((index) => ({ index, values: {}, requestId: `r-${index}` })));
  });

  test.each([
    [{ count: 2, matrix: { a: ["1"] } }, /not both/],
    [
      {
        matrix: { a: Array.from({ length: 11 }, String), b: Array.from({ length: 10 }, String) },
        command: "{a}{b}",
      },
      /= 110 jobs/,
    ],
    [{ matrix: { a: [] }, command: "{a}" }, /at least one value/],
    [{ matrix: {} }, /at least one value/],
    [{ matrix: { lr: ["1"] }, command: "python" }, /\{lr\} appears neither/],
    [{ matrix: { i: ["1"] }, command: "{i}" }, /cannot be a parameter/],
  ])("is refused when it cannot be meant: %j", (options, message) => {
    expect(() => expandSweep({ ...options, requestId: "r" })).toThrow(InvalidInputError);
    expect(() => expandSweep({ ...options, requestId: "r" })).toThrow(message);
  });

  test("shows its values on one line", () => {
    expect(valuesText({ lr: "0.1", seed: "2" })).toBe("lr=0.1 seed=2");
  });
});
