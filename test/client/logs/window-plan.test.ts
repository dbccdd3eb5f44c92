import { describe, expect, test } from "vitest";
import { type Step, WindowPlan } from "../../../src/client/logs/window-plan.ts";

describe("WindowPlan", () => {
  const END = 10_000_000;

  /** What a window of a log with lines at these times holds; of more than 20 times as many as wanted only those. */
  function read(times: readonly number[], wanted: number, { fromMs, isLast }: Step) {
    const inside = times.filter((time) => time >= fromMs);
    const isTooMuch = inside.length > wanted * 20 && !isLast;
    const held = isTooMuch ? inside.slice(0, wanted * 20) : inside;
    const [firstMs = 0, lastMs = 0] = [held[0], held.at(-1)];
    const span = held.length === 0 ? undefined : { firstMs, lastMs };
    return { span, isTooMuch, isForeseen: false, lines: isTooMuch ? [] : held, ...sizeOf(held.length) };
  }

  function sizeOf(count: number) {
    return { linesRead: count, bytes: count * 100 };
  }

  function planOf(lines: number, { startMs = 0, bytes = 1_000_000, budget = lines * 20 * 100 } = {}) {
    return new WindowPlan({ startMs, endMs: END, lines, bytes, budget });
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
    const plan = (startMs: number) => planOf(9, { startMs }).first();
    expect(plan(0)).toEqual({
      fromMs: END - 30_000,
      endMs: END,
      isWhole: false,
      isLast: false,
      foresees: true,
      isSure: true,
    });
    expect(plan(END - 30_001)).toMatchObject({ fromMs: END - 30_000, isWhole: false });
    expect(plan(END - 30_000)).toMatchObject({ fromMs: END - 30_000, isWhole: true });
    expect(plan(END - 100)).toMatchObject({ fromMs: END - 100, isWhole: true });
    expect(plan(END + 5)).toEqual({
      fromMs: END + 5,
      endMs: END + 5,
      isWhole: true,
      isLast: false,
      foresees: true,
      isSure: true,
    });
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

  /** A window that was given up after so many lines, printed from so long before the end up to so long before it. */
  const tooMuch = (count: number, fromMs: number, toMs: number, isForeseen = false) => ({
    ...{ isTooMuch: true, isForeseen, lines: [], ...sizeOf(count) },
    span: { firstMs: END - fromMs, lastMs: END - toMs },
  });
  /** One that was read to its end. */
  const few = (count: number, fromMs: number, toMs: number) => ({
    ...{ isTooMuch: false, isForeseen: false, lines: evenly(count, 0, 1), ...sizeOf(count) },
    span: { firstMs: END - fromMs, lastMs: END - toMs },
  });
  const silent = { isTooMuch: false, isForeseen: false, lines: [], ...sizeOf(0), span: undefined };

  /** How far before the end each window begins, after the first, and what is known of the end when it is read. */
  function widths(plan: WindowPlan, ...held: Parameters<WindowPlan["next"]>[0][]): number[][] {
    plan.first();
    return held.map((each) => {
      const { fromMs, endMs } = plan.next(each, END);
      return [fromMs, endMs].map((ms) => Math.round((END - ms) * 10) / 10);
    });
  }

  /** 100 lines a second, so that nine and a margin take 150 ms. */
  const dense = tooMuch(1000, 30_000, 20_000);

  test("wants all that may be read, and no less than it needs, where the end of the log is unknown", () => {
    expect(widths(planOf(9, { budget: 18_000 }), dense)).toEqual([[1080, 0]]);
    expect(widths(planOf(9, { budget: 1000 }), dense)).toEqual([[150, 0]]);
    const bare = { ...dense, span: undefined };
    expect(widths(planOf(9, { budget: 18_000 }), bare)).toEqual([[10_800, 0]]);
  });

  test("reaches back behind silence as far as is allowed, thrice as far, or half of what is left", () => {
    const behind = (budget: number, held = dense) => widths(planOf(9, { budget }), held, silent)[1];
    expect(behind(18_000)).toEqual([3240, 1080]);
    expect(behind(5000, tooMuch(1000, 12_000, 2000))).toEqual([803.1, 300]);
    expect(behind(5000, tooMuch(1000, 11_000, 1000))).toEqual([750, 300]);
  });

  test("goes back from the last line by what is wanted, at the pace seen last", () => {
    const next = (bytes: number) => widths(planOf(9, { bytes, budget: 18_000 }), dense, few(5, 1000, 500))[1];
    expect(next(1_000_000)).toEqual([2000, 500]);
    expect(next(800)).toEqual([1700, 500]);
    const halfWay = Math.round(Math.sqrt(20_030 * 1080) * 10) / 10;
    expect(next(200)).toEqual([halfWay, 500]);
  });

  test("takes no window again, nor one hardly longer", () => {
    const foreseen = tooMuch(1000, 30_000, 20_000, true);
    const next = (fromMs: number, toMs: number) =>
      widths(planOf(9, { budget: 180_000 }), foreseen, few(5, fromMs, toMs))[1];
    expect(next(10_000, 0)).toEqual([18_000, 0]);
    expect(next(3601, 1)).toEqual([18_000, 1]);
    expect(next(3602, 2)).toEqual([10_802, 2]);
  });

  test("grows by as many times as lines are missing", () => {
    expect(widths(planOf(99), few(4, 20_000, 1000))).toEqual([[1_125_000, 1000]]);
    expect(widths(planOf(9999), few(4, 20_000, 1000))).toEqual([[1_920_000, 1000]]);
  });

  test("takes the window that is left where two moments are too close to part them", () => {
    const step = (count: number) => {
      const plan = planOf(9);
      plan.first();
      return plan.next(tooMuch(count, 1000, 0), END);
    };
    expect(step(15_000)).toMatchObject({ fromMs: END - 1, isLast: true });
    expect(step(7500)).toMatchObject({ isLast: false });
  });

  test("gives up after forty windows of a log that grows as fast as it is read", () => {
    const plan = planOf(9);
    let step = plan.first();
    let reads = 0;
    for (; !step.isLast && reads < 100; reads += 1)
      step = plan.next(tooMuch(1000, END - step.fromMs, END - step.fromMs - 60_000), END);
    expect(reads).toBe(41);
  });

  test("searches behind the assumed end of a job that had no time", () => {
    const plan = planOf(9, { startMs: END });
    expect(plan.first()).toMatchObject({ fromMs: END, isWhole: true });
    const step = plan.next(tooMuch(1000, 0, -1000, true), END);
    expect(step).toMatchObject({
      fromMs: END + 15_000,
      isWhole: false,
      isLast: false,
    });
  });

  test("follows a log that goes on past its assumed end", () => {
    const plan = planOf(50);
    plan.first();
    const lines: number[] = [];
    const held = { isTooMuch: true, isForeseen: false, lines, linesRead: 1000, bytes: 100_000 };
    const step = plan.next({ ...held, span: { firstMs: END - 30_000, lastMs: END + 5000 } }, END);
    expect(step.fromMs).toBeGreaterThan(END + 5000);
    expect(step.fromMs).toBeLessThan(END + 35_000);
    expect([step.isLast, step.isWhole]).toEqual([false, false]);
  });
});
