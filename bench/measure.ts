/** One comparison inside one run: absolute times drift with the machine, ratios hold. */
export interface Figure {
  name: string;
  oursMs: number;
  baselineMs: number;
  baseline: string;
}

/** Median times of two things done in turn, A B A B …, after one warm-up of each. */
export async function compare(name: string, { ours, baseline, what, rounds }: Comparison): Promise<Figure> {
  await ours();
  await baseline();
  const oursMs: number[] = [];
  const baselineMs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    oursMs.push(await timed(ours));
    baselineMs.push(await timed(baseline));
  }
  return { name, oursMs: median(oursMs), baselineMs: median(baselineMs), baseline: what };
}

interface Comparison {
  ours(): Promise<unknown>;
  baseline(): Promise<unknown>;
  /** What the baseline is, for the reader. */
  what: string;
  rounds: number;
}

async function timed(action: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await action();
  return performance.now() - startMs;
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
