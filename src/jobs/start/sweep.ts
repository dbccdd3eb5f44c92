import { InvalidInputError } from "../invalid-input.ts";

/** A sweep that is right, for whoever wrote a wrong one. */
const EXAMPLE = { matrix: { lr: ["0.1", "0.2"] }, command: "python train.py --lr {lr}" };

/** Most jobs of one sweep. */
export const MAX_SWEEP_JOBS = 100;

/** What a sweep asks for: a number of equal jobs, or one job per combination of values. */
export interface SweepOptions {
  count?: number | undefined;
  /** Parameter name to its values, e.g. `{ lr: ["0.1", "0.01"] }`. */
  matrix?: Record<string, readonly string[]> | undefined;
  /** Stem of the jobs' names. */
  name?: string | undefined;
  command?: string | undefined;
  env?: Record<string, string> | undefined;
  requestId: string;
}

/** One job of a sweep. */
export interface SweepItem {
  /** Counted from 1. */
  index: number;
  /** The matrix's values for this job; empty for a `count`. */
  values: Record<string, string>;
  name?: string | undefined;
  command?: string | undefined;
  env?: Record<string, string> | undefined;
  /** Derived from the sweep's, so that repeating the whole call repeats no job. */
  requestId: string;
}

/**
 * The jobs of a sweep, the last parameter varying fastest. `{name}` of a parameter and `{i}`, the job's number,
 * are replaced in command and env; other braces, and `${name}`, stay.
 * @throws {InvalidInputError} no jobs or too many, a parameter that is used nowhere
 */
export function expandSweep(options: SweepOptions): SweepItem[] {
  const { count, matrix, name, command, env, requestId } = options;
  if (count !== undefined && matrix !== undefined) {
    throw new InvalidInputError(
      "Give count (equal jobs) or matrix (one job per combination of values), not both.",
      { example: EXAMPLE },
    );
  }
  if (matrix !== undefined) refuseUnused(matrix, [command ?? "", ...Object.values(env ?? {})].join("\n"));
  return combinations(matrix, count ?? 1).map((values, at) => {
    const index = at + 1;
    const fill = (text: string) => substitute(text, { i: String(index), ...values });
    return {
      index,
      values,
      requestId: `${requestId}-${index}`,
      name: name && `${name}-${index}`,
      command: command && fill(command),
      env: env && mapValues(env, fill),
    };
  });
}

/** `lr=0.1 seed=2`: the values of one job, for tables. */
export function valuesText(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}

function combinations(matrix: SweepOptions["matrix"], count: number): Record<string, string>[] {
  if (matrix === undefined) return Array.from({ length: count }, () => ({}));
  const axes = Object.entries(matrix);
  const total = axes.reduce((product, [, values]) => product * values.length, 1);
  if (axes.length === 0 || total === 0)
    throw new InvalidInputError("matrix: each parameter needs at least one value.", { example: EXAMPLE });
  if (total > MAX_SWEEP_JOBS) {
    const sizes = axes.map(([name, values]) => `${name} ${values.length}`).join(" × ");
    throw new InvalidInputError(
      `matrix: ${sizes} = ${total} jobs; one sweep starts at most ${MAX_SWEEP_JOBS}.`,
      { example: EXAMPLE },
    );
  }
  let rows: Record<string, string>[] = [{}];
  for (const [name, values] of axes) {
    rows = rows.flatMap((row) => values.map((value) => ({ ...row, [name]: value })));
  }
  return rows;
}

function refuseUnused(matrix: Record<string, readonly string[]>, text: string): void {
  for (const name of Object.keys(matrix)) {
    if (!/^\w{1,40}$/.test(name) || name === "i") {
      throw new InvalidInputError(
        `matrix: "${name.slice(0, 40)}" cannot be a parameter: use letters, digits and _, not "i".`,
        { example: EXAMPLE },
      );
    }
    if (!text.includes(`{${name}}`)) {
      throw new InvalidInputError(
        `matrix: {${name}} appears neither in command nor in env, so its values would change nothing.`,
        { example: EXAMPLE },
      );
    }
  }
}

function substitute(text: string, values: Record<string, string>): string {
  return text.replace(/(?<!\$)\{(\w{1,40})\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? whole) : whole,
  );
}

function mapValues(
  record: Record<string, string>,
  change: (value: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
