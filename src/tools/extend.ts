import { z } from "zod";
import { sentence } from "../foreign.ts";
import { compareCredits, costOf, formatCredits, formatMost, runTimeOf } from "../jobs/cost.ts";
import { identityOf, identityText } from "../jobs/identity.ts";
import { InvalidInputError } from "../jobs/invalid-input.ts";
import { statusText } from "../jobs/standing.ts";
import { formatInstant, formatSpan, parseDuration } from "../jobs/time/durations.ts";
import { creditsText, present } from "../jobs/words.ts";
import { type Extension, extendJob } from "../operations/extend.ts";
import { PolicyError } from "../operations/policy-error.ts";
import { maybeText, openObject, text, whichJob } from "./answers.ts";
import { duration, jobRef, project } from "./args.ts";
import { defineTool } from "./define-tool.ts";
import { limitText } from "./limits.ts";
import { meantText } from "./whose.ts";

export const extend = defineTool({
  name: "job_extend",
  title: "Extend a job",
  description: "Gives an active job more time to run; each call adds.",
  toolset: "more",
  input: z.strictObject({
    job: jobRef,
    by: duration.describe("More time, e.g. 6h"),
    project,
  }),
  output: openObject(
    { life_span_seconds: z.number() },
    { ...whichJob, extra_credits: text, before_seconds: z.number(), ends_at: maybeText },
  ),
  nothing: "Nothing was changed.",
  effects: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  async run({ job: ref, by, project: at }, call) {
    const seconds = wholeMinutes(by);
    const result = await extendJob({ ref, project: at, seconds }, call);
    if (result.outcome !== "extended") throw refusal(result, seconds);
    const { job, beforeSeconds } = result;
    const price = job.price_credits_per_hour;
    const nowSeconds = job.life_span ?? beforeSeconds + seconds;
    const extra = formatMost(costOf(price, seconds));
    const worstCase = costOf(price, nowSeconds);
    const leftSeconds = Math.max(0, nowSeconds - runTimeOf(job, Date.now()));
    const end = job.status === "running" ? formatInstant(Date.now() + leftSeconds * 1000) : undefined;
    const ends =
      end === undefined
        ? `it is ${statusText(job)} and may run ${formatSpan(leftSeconds)} more once it runs`
        : `its new end is ${end} (in ${formatSpan(leftSeconds)} of running; enforced up to a minute late)`;
    const text = present([
      `Extended ${meantText(result)} by ${formatSpan(seconds)}: life span ${formatSpan(beforeSeconds)} → ${formatSpan(nowSeconds)}; ${ends}.`,
      `Extra cost at most ${creditsText(extra)} (${price} per hour); in all at most ${formatMost(worstCase)}.`,
      passedCap(worstCase, call.caller.policy.maxCreditsPerJob),
    ]).join("\n");
    const data = {
      ...identityOf(job),
      life_span_seconds: nowSeconds,
      before_seconds: beforeSeconds,
      extra_credits: extra,
      ends_at: end,
    };
    return { text, data, jobs: [job] };
  },
});

/** Only another server can have added beside this one, and time that was given cannot be taken back. */
function passedCap(worstCase: string, limit: number | undefined): string | undefined {
  if (limit === undefined || compareCredits(worstCase, String(limit)) <= 0) return undefined;
  return `That is above --max-credits-per-job ${limit}: the job was extended elsewhere at the same time. job_kill ends it.`;
}

type Failure = Exclude<Extension, { outcome: "extended" }>;

function refusal(result: Failure, seconds: number): Error {
  const { job } = result;
  switch (result.outcome) {
    case "too_long": {
      const cost = formatCredits(costOf(job.price_credits_per_hour, seconds));
      return new InvalidInputError(
        `by: ${formatSpan(seconds)} is too much for one call, at most ${formatSpan(result.mostSeconds)} at once; it could cost ${creditsText(cost)}. Nothing was changed about ${identityText(job)}.`,
        { argument: "by" },
      );
    }
    case "over_limit": {
      const span = formatSpan(job.life_span ?? 0);
      const text = `${limitText(result.problem)} Its life span is ${span} now. Nothing was changed.`;
      return new PolicyError("over_limit", text);
    }
    default: {
      const { error } = result;
      const message = `${sentence(error.message)} ${identityText(job)}: ${failureText(result)}`;
      return error.restate({ message, outcome: result.outcome === "unknown" ? "unknown" : "nothing" });
    }
  }
}

function failureText({
  outcome,
  beforeSeconds,
  nowSeconds,
}: Extract<Failure, { outcome: "not_added" | "unknown" }>): string {
  const before = formatSpan(beforeSeconds);
  if (outcome === "unknown") {
    const now = nowSeconds === undefined ? "" : ` is ${formatSpan(nowSeconds)} now, and`;
    return `its life span${now} was ${before} before, so whether it was extended is unknown: look at it with job_status before trying again.`;
  }
  return nowSeconds === undefined
    ? "nothing was added."
    : `its life span is still ${before}, so nothing was added.`;
}

/** A part of a minute is rounded up, as the platform counts. */
function wholeMinutes(by: string): number {
  const minutes = Math.ceil(parseDuration(by) / 60);
  if (minutes > 0) return minutes * 60;
  throw new InvalidInputError(`by: "${by.slice(0, 60)}" adds nothing. Nothing was changed.`, {
    argument: "by",
  });
}
