import { formatCredits, formatMost } from "../jobs/cost.ts";
import { formatSpan } from "../jobs/time/durations.ts";
import { creditsText, plural } from "../jobs/words.ts";
import type { LimitProblem, PricedPreset } from "../operations/spending/problems.ts";

/** Which limit is in the way, its figure, and what would fit. */
export function limitText(problem: LimitProblem): string {
  const said = `--max-${problem.limit.replaceAll("_", "-")} is ${problem.most}:`;
  if ("unpriced" in problem) {
    const [fits = "nothing here"] = presetsText(problem.fittingPresets);
    return `${said} no price per hour could be read, so what it may cost is unknown. Would fit: ${fits}.`;
  }
  if (problem.limit === "jobs") {
    const { active, asked, free } = problem;
    const advice = free === 0 ? "Nothing fits until one of them ends." : `${free} would fit.`;
    return `${said} this server has ${active} active, and ${asked} more ${plural(asked, "was", "were")} asked for. ${advice}`;
  }
  if (problem.limit === "credits_per_hour") {
    const { now, more, fittingCount: count, fittingPresets } = problem;
    const fits = [...(count < 1 ? [] : [`${count} at this price`]), ...presetsText(fittingPresets)];
    return `${said} this server's active jobs cost ${formatCredits(now)} per hour, and these ${formatCredits(more)} more. Would fit: ${fits.join(", or ") || "nothing until one of them ends"}.`;
  }
  if (problem.cost === undefined) return `${said} a job without a life span has no bound. Set life_span.`;
  const { cost, pricePerHour, lifeSpanSeconds, fittingSeconds, fittingPresets } = problem;
  const span = formatSpan(lifeSpanSeconds);
  const fits = [
    ...(fittingSeconds === undefined ? [] : [`life_span ${formatSpan(fittingSeconds)} with this preset`]),
    ...presetsText(fittingPresets).map((preset) => `${preset} for ${span}`),
  ];
  return `${said} ${span} at ${creditsText(pricePerHour)} per hour could cost ${formatMost(cost)}. Would fit: ${fits.join(", or ") || "nothing here"}.`;
}

function presetsText(presets: readonly PricedPreset[]): string[] {
  if (presets.length === 0) return [];
  const names = presets.map(({ name, credits_per_hour }) => `${name} (${credits_per_hour} per hour)`);
  return [`preset ${names.join(" or ")}`];
}
