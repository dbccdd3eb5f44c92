import { type Direction, directionOf } from "../../jobs/metrics/names.ts";
import type { Reading, Series } from "../../jobs/metrics/series.ts";

/** Which of a job's values counts: the least, the greatest, the last. */
export type Goal = Direction | "last";

/** How jobs are ranked by a metric. */
export interface Ranking {
  goal: Goal;
  /** Whether the least or the greatest value is the best. */
  best: Direction;
  /** No goal was given: it is what the metric's name means. */
  isGuess: boolean;
}

/** What is meant by a goal, or without one by the name of the metric. */
export function rankingOf(metric: string, goal: Goal | undefined): Ranking {
  const direction = directionOf(metric);
  if (goal === "min" || goal === "max") return { goal, best: goal, isGuess: false };
  return { goal: goal ?? direction ?? "last", best: direction ?? "max", isGuess: goal === undefined };
}

/** The value that counts; one that is no number only where a job has no other. */
export function countingOf(series: Series, { goal }: Ranking): Reading {
  if (goal === "last") return series.last;
  return (goal === "min" ? series.least : series.most) ?? series.last;
}

/** Best first; what is no finite number comes last. */
export function compareReadings(a: Reading, b: Reading, { best }: Ranking): number {
  const [isA, isB] = [Number.isFinite(a.value), Number.isFinite(b.value)];
  if (!isA || !isB) return Number(isB) - Number(isA);
  return best === "min" ? a.value - b.value : b.value - a.value;
}
