import { describe, expect, test } from "vitest";
import { type Step, WindowPlan } from "../../../src/client/logs/window-plan.ts";

describe("WindowPlan", () => {
  const END = 10_000_000;

  /** What a window of a log with lines at these times holds; of more than 20 times as many as wanted only those. */
  function read(times: readonly number[], wanted: number, { fromMs, isLast }: Step) {
    const inside = times.filter((time) => time >= fromMs);
    const isTooMuch = inside.length > wanted * 20 && !isLast;
    const held = isTooMuch ? inside.slice(0, wanted * 20) : inside;
    const bounds = { firstAtMs: held[0], lastAtMs: held.at(-1) };
    return { ...bounds, isTooMuch, isForeseen: false, lines: isTooMuch ? [] : held, ...sizeOf(held) };
  }

  function sizeOf({ length }: readonly unknown[]) {
    return { linesRead: length, bytes: length * 100 };
  }

  function planOf(lines: number, startMs = 0) {
    return new WindowPlan({ startMs, endMs: END, lines, bytes: 1_000_000, budget: lines * 20 * 100 });
  }

  /** The windows that are read until one fits. */
  function search(times: readonly number[], wanted: number): Step[] {
    const plan = planOf(wanted);
    const steps: Step[] = [];
    for (let step = plan.first(); steps.length < 60; ) {
      steps.push(step);
      const held = read(times, wanted, step);
      const isEnough = held.lines.length > wanted || step.isWhole || step.isLast;
      if (isEnough && !held.isTooMuch) break;
      step = plan.next(held, END);
    }
    return steps;
  }

  const evenly = (count: number, from: number, to: number) =>
    Array.from({ length: count }, (_, index) => from + ((to - from) * index) / count);

  test("begins with the last half minute, or with all of a shorter log", () => {
    const plan = (startMs: number) => planOf(9, startMs).first();
    expect(plan(0)).toEqual({ fromMs: END - 30_000, endMs: END, isWhole: false, isLast: false });
    expect(plan(END - 30_001)).toMatchObject({ fromMs: END - 30_000, isWhole: false });
    expect(plan(END - 30_000)).toMatchObject({ fromMs: END - 30_000, isWhole: true });
    expect(plan(END - 100)).toMatchObject({ fromMs: END - 100, isWhole: true });
    expect(plan(END + 5)).toEqual({ fromMs: END + 5, endMs: END + 5, isWhole: true, isLast: false });
  });

  test("grows eightfold over silence, and by what it held otherwise", () => {
    const widths = (times: number[]) => search(times, 9).map(({ fromMs }) => END - fromMs);
    expect(widths([])).toEqual([30_000, 240_000, 1_920_000, END]);
    expect(widths(evenly(20, END - 600_000, END))).toEqual([30_000, 450_000]);
    expect(widths(evenly(10_000, 0, END - 1_900_000)).length).toBeLessThanOrEqual(4);
  });

  test.for([
    ["even", evenly(100_000, 0, END)],
    ["dense", evenly(50_000, END - 20_000, END)],
    ["very dense at its end", evenly(20_000, END - 50, END)],
    ["dense long before its end", evenly(20_000, END - 500_000, END - 499_000)],
    ["a little too long for one window", evenly(1010, END - 29_000, END)],
  ] as const)("finds a window of a log that is %s, in few steps", ([, times]) => {
    const steps = search(times, 50);
    const last = steps.at(-1);
    const held = times.filter((time) => time >= (last?.fromMs ?? 0)).length;
    expect(held).toBeGreaterThan(50);
    expect(steps.length).toBeLessThan(16);
    expect(last?.isLast === true || held <= 1000).toBe(true);
  });

  test("takes the window that is left where all lines have one time", () => {
    const steps = search(
      Array.from({ length: 5000 }, () => END - 1000),
      50,
    );
    const last = steps.at(-1);
    expect(last?.isLast).toBe(true);
    expect(last?.fromMs).toBeLessThanOrEqual(END - 1000);
    expect(steps.length).toBeLessThan(45);
  });

  test("follows a log that goes on past its assumed end", () => {
    const plan = planOf(50);
    plan.first();
    const lines: number[] = [];
    const held = { isTooMuch: true, isForeseen: false, lines, linesRead: 1000, bytes: 100_000 };
    const step = plan.next({ ...held, firstAtMs: END - 30_000, lastAtMs: END + 5000 }, END);
    expect(step.fromMs).toBeGreaterThan(END + 5000);
    expect(step.fromMs).toBeLessThan(END + 35_000);
    expect([step.isLast, step.isWhole]).toEqual([false, false]);
  });
});
