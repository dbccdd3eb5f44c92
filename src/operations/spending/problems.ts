import type { Preset } from "../../client/index.ts";
import { affordableSeconds, compareCredits, costOf, isPrice, sumCredits } from "../../jobs/cost.ts";

const MOST_PRESETS = 3;

/** A job about to be started, as far as limits look at it. */
export interface Wanted {
  /** Its place and request, as `startKey` writes them. */
  key: string;
  /** Credits, decimal. */
  pricePerHour: string;
  /** Absent = no end. */
  lifeSpanSeconds?: number | undefined;
}

/** Why one limit refuses some jobs; `most` is the limit, credits are decimal. */
export type LimitProblem =
  /** A job without an end. */
  | { limit: "credits_per_job"; most: number; cost?: undefined }
  /** No price could be read. */
  | {
      limit: "credits_per_job" | "credits_per_hour";
      most: number;
      unpriced: true;
      fittingPresets: PricedPreset[];
    }
  | {
      limit: "credits_per_job";
      most: number;
      cost: string;
      pricePerHour: string;
      lifeSpanSeconds: number;
      /** The longest life span that fits, if any does. */
      fittingSeconds: number | undefined;
      fittingPresets: PricedPreset[];
    }
  | { limit: "jobs"; most: number; active: number; asked: number; free: number }
  | {
      limit: "credits_per_hour";
      most: number;
      /** Of the active jobs, and of those asked for. */
      now: string;
      more: string;
      /** How many of those asked for fit. */
      fittingCount: number;
      fittingPresets: PricedPreset[];
    };

export type PricedPreset = Pick<Preset, "name" | "credits_per_hour">;

/** What one job may cost at most, in credits; absent = no bound, or none that is known. */
export function worstCase({ pricePerHour, lifeSpanSeconds }: Omit<Wanted, "key">): string | undefined {
  if (lifeSpanSeconds === undefined || !isPrice(pricePerHour)) return undefined;
  return costOf(pricePerHour, wholeMinutes(lifeSpanSeconds));
}

/** Why `--max-credits-per-job` refuses a job, and what would fit. */
export function costProblem(
  { pricePerHour, lifeSpanSeconds }: Omit<Wanted, "key">,
  { limit: most, presets }: { limit: number | undefined; presets: readonly Preset[] },
): LimitProblem[] {
  if (most === undefined) return [];
  if (lifeSpanSeconds === undefined) return [{ limit: "credits_per_job", most }];
  const seconds = wholeMinutes(lifeSpanSeconds);
  const fits = (credits: string) => compareCredits(credits, String(most)) <= 0;
  const fittingPresets = dearest(presets, (price) => fits(costOf(price, seconds)));
  if (!isPrice(pricePerHour)) return [{ limit: "credits_per_job", most, unpriced: true, fittingPresets }];
  const cost = costOf(pricePerHour, seconds);
  if (fits(cost)) return [];
  const shorter = Math.floor(affordableSeconds(String(most), pricePerHour) / 60) * 60;
  return [
    {
      limit: "credits_per_job",
      most,
      cost,
      pricePerHour,
      lifeSpanSeconds,
      fittingSeconds: shorter < 60 ? undefined : shorter,
      fittingPresets,
    },
  ];
}

/** Why `--max-jobs` refuses more jobs. */
export function jobsProblem(
  most: number | undefined,
  { active, asked }: { active: number; asked: number },
): LimitProblem[] {
  if (most === undefined || asked === 0 || active + asked <= most) return [];
  return [{ limit: "jobs", most, active, asked, free: Math.max(0, most - active) }];
}

/** Why `--max-credits-per-hour` refuses more jobs. */
export function rateProblem(
  most: number | undefined,
  {
    prices,
    more,
    presets,
  }: { prices: readonly string[]; more: readonly string[]; presets: readonly Preset[] },
): LimitProblem[] {
  if (most === undefined || more.length === 0) return [];
  const fits = (added: readonly string[]) =>
    compareCredits(sumCredits([...prices, ...added]), String(most)) <= 0;
  const fittingPresets = dearest(presets, (price) => fits(more.map(() => price)));
  if (!more.every(isPrice)) return [{ limit: "credits_per_hour", most, unpriced: true, fittingPresets }];
  if (fits(more)) return [];
  return [
    {
      limit: "credits_per_hour",
      most,
      now: sumCredits(prices),
      more: sumCredits(more),
      fittingCount: more.findIndex((_, index) => !fits(more.slice(0, index + 1))),
      fittingPresets,
    },
  ];
}

/** The dearest few presets that fit. */
function dearest(presets: readonly Preset[], fits: (price: string) => boolean): PricedPreset[] {
  return presets
    .filter(({ credits_per_hour: price }) => isPrice(price) && fits(price))
    .sort((a, b) => compareCredits(b.credits_per_hour, a.credits_per_hour))
    .slice(0, MOST_PRESETS);
}

/** The platform counts whole minutes; a part of one is rounded up. */
function wholeMinutes(seconds: number): number {
  return Math.ceil(seconds / 60) * 60;
}
