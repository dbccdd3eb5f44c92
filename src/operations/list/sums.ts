import type { JobDescription } from "../../client/index.ts";
import { formatCredits, sumCredits } from "../../jobs/cost.ts";

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

export function creditSums(
  jobs: readonly JobDescription[],
  projectOf: (job: JobDescription) => string,
): CreditSums {
  return {
    total: creditSum(jobs),
    byOwner: sumsBy(jobs, ({ owner }) => owner),
    byProject: sumsBy(jobs, projectOf),
  };
}

function creditSum(jobs: readonly JobDescription[]): string {
  return formatCredits(sumCredits(jobs.map((job) => job.total_price_credits)));
}

/** The dearest first; undefined where there is one kind only. */
function sumsBy(
  jobs: readonly JobDescription[],
  keyOf: (job: JobDescription) => string,
): Record<string, string> | undefined {
  const groups = new Map<string, JobDescription[]>();
  for (const job of jobs) {
    const group = groups.get(keyOf(job));
    if (group === undefined) groups.set(keyOf(job), [job]);
    else group.push(job);
  }
  const sums = [...groups].map(([key, group]) => [key, creditSum(group)] as const);
  if (sums.length < 2 || sums.every(([, sum]) => sum === "0")) return undefined;
  return Object.fromEntries(sums.sort(([, a], [, b]) => Number(b) - Number(a)).slice(0, MOST_SUMS));
}
