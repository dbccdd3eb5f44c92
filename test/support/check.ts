import fc from "fast-check";

/** Ends also the search for a smaller value that fails. */
const LIMIT_MS = 40_000;

/** The suite tries the same values each time, so that no change is blamed for what another run would have found. */
const SEED = 20_261_129;

const { FC_RUNS, FC_SEED = FC_RUNS === undefined ? String(SEED) : undefined } = process.env;

/** How many times as many values as in the suite are tried, and as long as that may take. */
export const TIMES = Number(FC_RUNS ?? 1);

/**
 * Holds a property for as many random values as the suite has time for. `FC_RUNS=20` tries twenty times as many, others
 * each time (with a longer `--testTimeout`), `FC_SEED` repeats a run that failed: its message names the seed. One run
 * has to end within `limitMs`.
 */
export function check<T>(
  property: fc.IAsyncProperty<T> | fc.IProperty<T>,
  runs: number,
  limitMs = LIMIT_MS,
): Promise<void> {
  const seed = FC_SEED === undefined ? {} : { seed: Number(FC_SEED) };
  const numRuns = Math.ceil(runs * TIMES);
  return Promise.resolve(
    fc.assert(property, { ...seed, numRuns, interruptAfterTimeLimit: limitMs * TIMES, reporter: report }),
  ).then(() => undefined);
}

const LONG_BUFFER = /(from\(\[[^\]]{60})[^\]]*/g;

/** What is needed to see the failure and to repeat it; a value may be megabytes long. */
function report<T>(run: fc.RunDetails<T>): void {
  if (!run.failed) return;
  const { seed, numRuns, errorInstance, counterexample } = run;
  const value = fc.stringify(counterexample).replaceAll(LONG_BUFFER, "$1…").slice(0, 3000);
  const message = String(errorInstance instanceof Error ? errorInstance.message : errorInstance);
  throw new Error(`FC_SEED=${seed} fails in run ${numRuns}: ${message.slice(0, 3000)}\nwith ${value}`, {
    cause: errorInstance,
  });
}
