import { isActive, type JobDescription } from "../../client/index.ts";
import { costOf, formatCredits, formatMost, lifeLeftOf, runTimeOf, sumCredits } from "../../jobs/cost.ts";
import { gpuCount } from "../../jobs/hardware.ts";

/** Owners, and projects, with sums of their own. */
const MOST_SUMS = 10;

/** What jobs cost together so far, in credits. */
export interface CreditSums {
  total: string;
  /** Only if there are several owners; the dearest first. */
  byOwner?: Record<string, string> | undefined;
  /** Likewise. */
  byProject?: Record<string, string> | undefined;
}

/** Hours of running times whole GPUs: the platform does not count them, so they are computed. */
export interface GpuHours {
  total: string;
  /** Only if there are several owners; the most first. */
  byOwner?: Record<string, string> | undefined;
}

/** What active jobs cost together, in credits. */
export interface Spending {
  /** Of those that run. */
  perHour: string;
  /** Once those that wait run too; absent where none waits. */
  perHourOfAll?: string | undefined;
  /** The most that those with a life span may still cost. */
  mostMore: string;
  /** Jobs without a life span: nothing bounds them. */
  endless: JobDescription[];
  /** Jobs whose price could not be read; they are in no sum. */
  unpriced: JobDescription[];
  /** Those that run, with their ends in milliseconds; the next to end first. */
  ends: { job: JobDescription; endMs: number }[];
}

export function creditSums(
  jobs: readonly JobDescription[],
  projectOf: (job: JobDescription) => string,
): CreditSums {
  return {
    total: creditSum(jobs),
    byOwner: sumsBy(jobs, ({ owner }) => owner, creditSum),
    byProject: sumsBy(jobs, projectOf, creditSum),
  };
}

export function gpuHours(jobs: readonly JobDescription[], nowMs: number): GpuHours | undefined {
  const sum = (some: readonly JobDescription[]) => hoursText(some, nowMs);
  const total = sum(jobs);
  return total === "0" ? undefined : { total, byOwner: sumsBy(jobs, ({ owner }) => owner, sum) };
}

export function spendingOf(jobs: readonly JobDescription[], nowMs: number): Spending | undefined {
  const active = jobs.filter(({ status }) => isActive(status));
  if (active.length === 0) return undefined;
  const running = active.filter(({ status }) => status === "running");
  const most = active.map((job) => costOf(job.price_credits_per_hour, lifeLeftOf(job, nowMs) ?? 0));
  const ends = running.flatMap((job) => {
    const left = lifeLeftOf(job, nowMs);
    return left === undefined ? [] : [{ job, endMs: nowMs + left * 1000 }];
  });
  return {
    perHour: priceOf(running),
    perHourOfAll: running.length === active.length ? undefined : priceOf(active),
    mostMore: formatMost(sumCredits(most)),
    endless: active.filter(({ life_span }) => life_span === undefined),
    unpriced: active.filter(({ price_credits_per_hour: price }) => price === ""),
    ends: ends.sort((a, b) => a.endMs - b.endMs),
  };
}

function creditSum(jobs: readonly JobDescription[]): string {
  return formatCredits(sumCredits(jobs.map((job) => job.total_price_credits)));
}

function priceOf(jobs: readonly JobDescription[]): string {
  return formatCredits(sumCredits(jobs.map((job) => job.price_credits_per_hour)));
}

function hoursText(jobs: readonly JobDescription[], nowMs: number): string {
  const hours = jobs.reduce(
    (sum, job) => sum + (gpuCount(job.container.resources) * runTimeOf(job, nowMs)) / 3600,
    0,
  );
  return String(Number(hours.toFixed(hours < 10 ? 2 : 1)));
}

/** The largest sums first; undefined where there is one kind only, or nothing to sum. */
function sumsBy(
  jobs: readonly JobDescription[],
  keyOf: (job: JobDescription) => string,
  sumOf: (group: readonly JobDescription[]) => string,
): Record<string, string> | undefined {
  const groups = new Map<string, JobDescription[]>();
  for (const job of jobs) {
    const group = groups.get(keyOf(job));
    if (group === undefined) groups.set(keyOf(job), [job]);
    else group.push(job);
  }
  const sums = [...groups].map(([key, group]) => [key, sumOf(group)] as const);
  if (sums.length < 2 || sums.every(([, sum]) => sum === "0")) return undefined;
  return Object.fromEntries(sums.sort(([, a], [, b]) => Number(b) - Number(a)).slice(0, MOST_SUMS));
}
