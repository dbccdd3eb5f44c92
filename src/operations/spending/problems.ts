import type { Preset } from "../../client/index.ts";
import {
  affordableSeconds,
  compareCredits,
  costOf,
  formatCredits,
  formatMost,
  sumCredits,
} from "../../jobs/cost.ts";
import { formatSpan } from "../../jobs/time/durations.ts";

/** A job about to be started, as far as limits look at it. */
export interface Wanted {
  /** Its place and request, as `startKey` writes them. */
  key: string;
  /** Credits, decimal. */
  pricePerHour: string;
  /** Absent = no end. */
  lifeSpanSeconds?: number | undefined;
}

/** What one job may cost at most, in credits; absent = no bound. */
export function worstCase({ pricePerHour, lifeSpanSeconds }: Omit<Wanted, "key">): string | undefined {
  return lifeSpanSeconds === undefined ? undefined : costOf(pricePerHour, wholeMinutes(lifeSpanSeconds));
}

/** What speaks against a job under `--max-credits-per-job`, with what would fit. */
export function costProblem(
  { pricePerHour, lifeSpanSeconds }: Omit<Wanted, "key">,
  { limit, presets }: { limit: number | undefined; presets: readonly Preset[] },
): string[] {
  if (limit === undefined) return [];
  const said = `--max-credits-per-job is ${limit}:`;
  if (lifeSpanSeconds === undefined)
    return [`${said} a job without a life span has no bound. Set life_span.`];
  const seconds = wholeMinutes(lifeSpanSeconds);
  const most = costOf(pricePerHour, seconds);
  if (compareCredits(most, String(limit)) <= 0) return [];
  const span = formatSpan(lifeSpanSeconds);
  const shorter = Math.floor(affordableSeconds(String(limit), pricePerHour) / 60) * 60;
  const cheaper = fittingPresets(
    presets,
    (price) => compareCredits(costOf(price, seconds), String(limit)) <= 0,
  );
  const fits = [
    ...(shorter < 60 ? [] : [`life_span ${formatSpan(shorter)} with this preset`]),
    ...(cheaper === "" ? [] : [`${cheaper} for ${span}`]),
  ];
  return [
    `${said} ${span} at ${pricePerHour} credits per hour could cost ${formatMost(most)}. Would fit: ${fits.join(", or ") || "nothing here"}.`,
  ];
}

/** What speaks against more jobs under `--max-jobs`. */
export function jobsProblem(
  limit: number | undefined,
  { taken, asked }: { taken: number; asked: number },
): string[] {
  if (limit === undefined || asked === 0 || taken + asked <= limit) return [];
  const free = Math.max(0, limit - taken);
  const advice = free === 0 ? "Nothing fits until one of them ends." : `${free} would fit.`;
  return [
    `--max-jobs is ${limit}: this server has ${taken} active, and ${asked} more ${asked === 1 ? "was" : "were"} asked for. ${advice}`,
  ];
}

/** What speaks against more jobs under `--max-credits-per-hour`. */
export function rateProblem(
  limit: number | undefined,
  {
    prices,
    more,
    presets,
  }: { prices: readonly string[]; more: readonly string[]; presets: readonly Preset[] },
): string[] {
  if (limit === undefined || more.length === 0) return [];
  const fits = (added: readonly string[]) =>
    compareCredits(sumCredits([...prices, ...added]), String(limit)) <= 0;
  if (fits(more)) return [];
  const count = more.findIndex((_, index) => !fits(more.slice(0, index + 1)));
  const cheaper = fittingPresets(presets, (price) => fits(more.map(() => price)));
  const advice = [...(count < 1 ? [] : [`${count} at this price`]), ...(cheaper === "" ? [] : [cheaper])];
  return [
    `--max-credits-per-hour is ${limit}: this server's active jobs cost ${formatCredits(sumCredits(prices))} per hour, and these ${formatCredits(sumCredits(more))} more. Would fit: ${advice.join(", or ") || "nothing until one of them ends"}.`,
  ];
}

/** The dearest few presets that fit. */
function fittingPresets(presets: readonly Preset[], fits: (price: string) => boolean): string {
  const some = presets
    .filter(({ credits_per_hour }) => fits(credits_per_hour))
    .sort((a, b) => compareCredits(b.credits_per_hour, a.credits_per_hour))
    .slice(0, 3);
  if (some.length === 0) return "";
  return `preset ${some.map(({ name, credits_per_hour }) => `${name} (${credits_per_hour} per hour)`).join(" or ")}`;
}

/** The platform counts whole minutes; a part of one is rounded up. */
function wholeMinutes(seconds: number): number {
  return Math.ceil(seconds / 60) * 60;
}
