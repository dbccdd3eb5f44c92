import { mean, sum } from "d3-array";

/** What was measured: how much work, and what it cost. */
export type Point = readonly [work: number, cost: number];

/** cost = factor × work ^ slope: a straight line where both axes are logarithmic. */
export interface Power {
  slope: number;
  factor: number;
}

/** By the least squares of the logarithms, so that each size counts the same. */
export function fitted(points: readonly Point[]): Power {
  const logs = points.map(([work, cost]) => [Math.log(work), Math.log(cost)] as const);
  const [x, y] = [mean(logs, ([work]) => work) ?? 0, mean(logs, ([, cost]) => cost) ?? 0];
  const slope = sum(logs, ([work, cost]) => (work - x) * (cost - y)) / sum(logs, ([work]) => (work - x) ** 2);
  return { slope, factor: Math.exp(y - slope * x) };
}

/** What still more would cost, going on as between the two largest: at first much of the cost is what any call costs. */
export function goingOn(points: readonly Point[]): Power {
  return fitted(points.slice(-2));
}

export function costOf({ slope, factor }: Power, work: number): number {
  return factor * work ** slope;
}

export function workFor({ slope, factor }: Power, cost: number): number {
  return (cost / factor) ** (1 / slope);
}
