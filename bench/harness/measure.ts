import { setTimeout as elapse } from "node:timers/promises";

/** Of times that were measured one by one, in milliseconds: the middle one, and the quarters beside it. */
export interface Spread {
  low: number;
  median: number;
  high: number;
}

export interface Paired {
  ours: Spread;
  baseline: Spread;
  /** Ours by the baseline: of each pair. */
  ratio: Spread;
}

interface Pair {
  ours(): Promise<unknown>;
  baseline(): Promise<unknown>;
  /** At most; fewer where the machine is so busy that they would take longer than `LONGEST_MS`. */
  rounds: number;
  /** Rounds that are not counted: caches fill, code is compiled. */
  warmUp?: number;
}

const LONGEST_MS = 15_000;
const LEAST_ROUNDS = 3;

/**
 * Two things in turn, A B A B …: what else the machine does falls on both alike. The ratio is that of the medians,
 * its spread that of the pairs.
 */
export async function inTurn({ ours, baseline, rounds, warmUp = 1 }: Pair): Promise<Paired> {
  const times = { ours: [] as number[], baseline: [] as number[], ratio: [] as number[] };
  const endMs = performance.now() + LONGEST_MS;
  for (let round = -warmUp; round < rounds; round += 1) {
    if (round >= LEAST_ROUNDS && performance.now() > endMs) break;
    const one = await timed(ours);
    const other = await timed(baseline);
    if (round < 0) continue;
    times.ours.push(one);
    times.baseline.push(other);
    times.ratio.push(one / other);
  }
  const [own, base, ratio] = [spread(times.ours), spread(times.baseline), spread(times.ratio)];
  return { ours: own, baseline: base, ratio: { ...ratio, median: own.median / base.median } };
}

/** Milliseconds. */
export async function timed(act: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await act();
  return performance.now() - startMs;
}

/** So many times, so many of them at once. */
export async function inParallel(
  act: () => Promise<unknown>,
  { times, atOnce }: { times: number; atOnce: number },
) {
  let left = times;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      await act();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

export function spread(times: readonly number[]): Spread {
  return { low: quantile(times, 0.25), median: quantile(times, 0.5), high: quantile(times, 0.75) };
}

/** The value that so large a part of them stays below. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** Waits until `isSo`, for what cannot be listened to. */
export async function until(isSo: () => boolean | Promise<boolean>, everyMs = 50): Promise<void> {
  while (!(await isSo())) await elapse(everyMs);
}
