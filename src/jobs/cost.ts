import Big from "big.js";
import type { JobDescription } from "../client/index.ts";

// big.js: exact decimals that read exponents (`1E+1`), 7 kB, no dependencies; decimal.js-light is twice the
// size for functions money does not need.
const Credits = Object.assign(Big(), { DP: 10, NE: -30, PE: 30 });

/** The price of running for some seconds, in credits. Prices may come with an exponent; unreadable ones count 0. */
export function costOf(creditsPerHour: string, seconds: number): string {
  return parse(creditsPerHour).times(Math.max(0, seconds)).div(3600).toFixed();
}

/** Whether a price could be read, and is one: nothing costs less than nothing. */
export function isPrice(creditsPerHour: string): boolean {
  return read(creditsPerHour)?.gte(0) === true;
}

/** The exact sum of amounts. */
export function sumCredits(amounts: Iterable<string>): string {
  return [...amounts].reduce((sum, amount) => sum.plus(parse(amount)), new Credits(0)).toFixed();
}

/** As much of an amount as `part` is of `whole`; all of it where they are equal. */
export function shareOfCredits(amount: string, part: number, whole: number): string {
  return part === whole ? parse(amount).toFixed() : parse(amount).times(part).div(whole).toFixed();
}

/** Negative, zero or positive, as `a` is less than, equal to or more than `b`. */
export function compareCredits(a: string, b: string): number {
  return parse(a).cmp(parse(b));
}

/** How many whole seconds of running a budget pays for; infinite when it costs nothing. */
export function affordableSeconds(budget: string, creditsPerHour: string): number {
  const price = parse(creditsPerHour);
  return price.lte(0)
    ? Number.POSITIVE_INFINITY
    : Number(parse(budget).times(3600).div(price).round(0, Big.roundDown));
}

/**
 * An amount as people read it: two decimals from one credit on, four below, two significant digits when that
 * would be zero; no zeros at the end. `12.5`, `0.0833`, `0.000012`. An amount that could not be read is unknown.
 */
export function formatCredits(amount: string): string {
  if (amount === "") return "unknown";
  const value = parse(amount);
  if (value.eq(0)) return "0";
  const decimals = value.abs().gte(1) ? 2 : 4;
  const rounded = value.round(decimals, Big.roundHalfUp);
  return (rounded.eq(0) ? value.prec(2, Big.roundHalfUp) : rounded).toFixed();
}

/** The same for a bound, never below it: `at most 5.31`. */
export function formatMost(amount: string): string {
  const value = parse(amount);
  if (value.eq(0)) return "0";
  const decimals = value.abs().gte(1) ? 2 : 4;
  return value.round(decimals, Big.roundUp).toFixed();
}

/** How long a job ran, in seconds: as the platform says, or from its start while it has not said. */
export function runTimeOf({ status, history }: JobDescription, nowMs: number): number {
  const started = history.started_at === undefined ? undefined : Date.parse(history.started_at);
  if (history.run_time_seconds !== undefined || started === undefined) return history.run_time_seconds ?? 0;
  const finished = history.finished_at === undefined ? undefined : Date.parse(history.finished_at);
  const end = finished ?? (status === "running" ? nowMs : started);
  return Math.max(0, (end - started) / 1000);
}

/** How long an active job may still run, in seconds; undefined where it has no life span. */
export function lifeLeftOf(job: JobDescription, nowMs: number): number | undefined {
  return job.life_span === undefined ? undefined : Math.max(0, job.life_span - runTimeOf(job, nowMs));
}

function parse(amount: string): Big {
  return read(amount) ?? new Credits(0);
}

function read(amount: string): Big | undefined {
  try {
    return new Credits(amount.trim());
  } catch {
    return undefined;
  }
}
