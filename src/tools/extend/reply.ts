import { PlatformError } from "../../client/index.ts";
import { sentence } from "../../foreign.ts";
import {
  compareCredits,
  costOf,
  formatCredits,
  formatMost,
  isPrice,
  lifeLeftOf,
  sumCredits,
} from "../../jobs/cost.ts";
import { identityOf } from "../../jobs/identity.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import { callText, type NextCall } from "../../jobs/next-call.ts";
import { nameOf, statusText } from "../../jobs/standing.ts";
import { formatInstant, formatSpan } from "../../jobs/time/durations.ts";
import { creditsText, present } from "../../jobs/words.ts";
import type { ExtensionOf, Unfit } from "../../operations/extend.ts";
import { PolicyError } from "../../operations/policy-error.ts";
import { errorText } from "../errors.ts";
import { limitText } from "../limits.ts";
import { briefText } from "../whose.ts";

type Extended = Extract<ExtensionOf, { outcome: "extended" }>;
type Failed = Exclude<ExtensionOf, Extended>;
type Unsure = Extract<Failed, { error: PlatformError }>;

/** What was asked for, and within what. */
interface Asked {
  seconds: number;
  nowMs: number;
  /** The most credits that one job may cost. */
  limit: number | undefined;
}

/** What came of each job. @throws why, where none was extended */
export function extendReply(outcomes: readonly ExtensionOf[], asked: Asked) {
  const done = outcomes.filter((each): each is Extended => each.outcome === "extended");
  const failed = outcomes.filter((each): each is Failed => each.outcome !== "extended");
  const [first] = failed;
  const next = nextCalls(failed, asked.seconds);
  const calls = next.map((call) => `Next: ${callText(call)}`);
  if (done.length === 0 && first !== undefined)
    throw outcomes.length === 1 ? failure(first, asked.seconds) : noneExtended(failed, calls);
  const extra = extraOf(done, asked.seconds);
  const cost =
    extra === undefined
      ? "what it costs together is unknown, as not every price per hour could be read"
      : `extra cost at most ${creditsText(extra)} together`;
  const head = `Extended ${done.length} of ${outcomes.length} by ${formatSpan(asked.seconds)}; ${cost}.`;
  const isOne = outcomes.length === 1;
  const lines = [...done.flatMap((each) => doneLines(each, { ...asked, isOne })), ...failed.map(failedText)];
  return {
    text: present([!isOne && head, ...lines, ...calls]).join("\n"),
    data: { outcomes: outcomes.map((each) => dataOf(each, asked)), extra_credits: extra ?? "unknown" },
    jobs: done.map(({ job }) => job),
    next,
  };
}

/** What the time costs at most; undefined where a price could not be read. */
function extraOf(done: readonly Extended[], seconds: number): string | undefined {
  const prices = done.map(({ job }) => job.price_credits_per_hour);
  if (!prices.every(isPrice)) return undefined;
  return formatMost(sumCredits(prices.map((price) => costOf(price, seconds))));
}

function doneLines(result: Extended, { seconds, nowMs, limit, isOne }: Asked & { isOne: boolean }): string[] {
  const { job, beforeSeconds } = result;
  const price = job.price_credits_per_hour;
  const { now, left, endsAt } = endOf(result, { seconds, nowMs });
  const worstCase = costOf(price, now);
  const extra = extraOf([result], seconds);
  const cost =
    extra === undefined
      ? "What it costs is unknown: no price per hour could be read."
      : `Extra cost at most ${creditsText(extra)} (${price} per hour); in all at most ${formatMost(worstCase)}.`;
  const ends =
    endsAt === undefined
      ? `it is ${statusText(job)} and may run ${formatSpan(left)} more once it runs`
      : `its new end is ${endsAt} (in ${formatSpan(left)} of running; enforced up to a minute late)`;
  return present([
    `Extended ${briefText(result)} by ${formatSpan(seconds)}: life span ${formatSpan(beforeSeconds)} → ${formatSpan(now)}; ${ends}.`,
    isOne && cost,
    passedCap(worstCase, limit),
  ]);
}

function endOf({ job, beforeSeconds }: Extended, { seconds, nowMs }: Omit<Asked, "limit">) {
  const now = job.life_span ?? beforeSeconds + seconds;
  const left = lifeLeftOf({ ...job, life_span: now }, nowMs) ?? 0;
  return { now, left, endsAt: job.status === "running" ? formatInstant(nowMs + left * 1000) : undefined };
}

/** Only another server can have added beside this one, and time that was given cannot be taken back. */
function passedCap(worstCase: string, limit: number | undefined): string | undefined {
  if (limit === undefined || compareCredits(worstCase, String(limit)) <= 0) return undefined;
  return `That is above --max-credits-per-job ${limit}: the job was extended elsewhere at the same time. job_kill ends it.`;
}

function dataOf(result: ExtensionOf, asked: Asked) {
  const { job, outcome } = result;
  const about = { ...identityOf(job), outcome };
  if (outcome === "extended") {
    const { now, endsAt } = endOf(result, asked);
    return {
      ...about,
      before_seconds: result.beforeSeconds,
      life_span_seconds: now,
      extra_credits: extraOf([result], asked.seconds),
      ends_at: endsAt,
    };
  }
  return { ...about, error: failedText(result) };
}

/** Why jobs get no more time; nothing was changed about any of those asked for. */
export function unfitError(unfit: readonly Unfit[], seconds: number): Error {
  const errors = unfit.map((each) => unfitOne(each, seconds));
  const [first] = errors;
  if (first === undefined || errors.length === 1) return first ?? new Error("no job is unfit");
  const text = [...errors.map((error) => errorText(error)), "No job was extended."].join("\n");
  return "code" in first && first.code === "over_limit"
    ? new PolicyError("over_limit", text)
    : new InvalidInputError(text, { argument: "jobs" });
}

function unfitOne(result: Unfit, seconds: number): Error {
  const { job } = result;
  if (result.outcome === "refused") return result.error;
  if (result.outcome === "over_limit") {
    const text = `${limitText(result.problem)} The life span of ${nameOf(job)} is ${formatSpan(job.life_span ?? 0)} now. Nothing was changed.`;
    return new PolicyError("over_limit", text);
  }
  const price = job.price_credits_per_hour;
  const cost = isPrice(price) ? creditsText(formatCredits(costOf(price, seconds))) : "an unknown amount";
  return new InvalidInputError(
    `by: ${formatSpan(seconds)} is too much for one call, at most ${formatSpan(result.mostSeconds)} at once; it could cost ${cost}. Nothing was changed about ${nameOf(job)}.`,
    { argument: "by" },
  );
}

function failure(result: Failed, seconds: number): Error {
  if (!isUnsure(result)) return unfitOne(result, seconds);
  const { error, outcome } = result;
  return error.restate({
    message: `${sentence(error.message)} ${failedText(result)}`,
    outcome: outcome === "unknown" ? "unknown" : "nothing",
  });
}

function noneExtended(failed: readonly Failed[], calls: readonly string[]): PlatformError {
  const [cause] = failed.filter(isUnsure).map(({ error }) => error);
  const isKnown = failed.every(({ outcome }) => outcome !== "unknown");
  const head = isKnown ? "No job was extended." : "No job is known to have been extended.";
  const text = [head, ...failed.map(failedText), ...calls].join("\n");
  return new PlatformError(isKnown ? (cause?.code ?? "conflict") : "unknown_outcome", text, { cause });
}

function failedText(result: Failed): string {
  const which = briefText(result);
  if (!isUnsure(result)) return `${which}: nothing was added: ${unfitText(result)}`;
  const { outcome, beforeSeconds, nowSeconds } = result;
  const before = formatSpan(beforeSeconds);
  if (outcome === "unknown") {
    const now = nowSeconds === undefined ? "" : ` is ${formatSpan(nowSeconds)} now, and`;
    return `${which}: its life span${now} was ${before} before, so whether it was extended is unknown: look at it with job_status before trying again.`;
  }
  return nowSeconds === undefined
    ? `${which}: nothing was added.`
    : `${which}: its life span is still ${before}, so nothing was added.`;
}

function unfitText(result: Unfit): string {
  if (result.outcome === "refused") return errorText(result.error);
  return result.outcome === "over_limit" ? limitText(result.problem) : "it is too much for one call.";
}

function isUnsure(result: Failed): result is Extract<Failed, Unsure> {
  return result.outcome === "not_added" || result.outcome === "unknown";
}

/** Of several: once more those that surely got nothing, a look at those nobody knows about. */
function nextCalls(failed: readonly Failed[], seconds: number): NextCall[] {
  const ids = (outcome: Failed["outcome"]) =>
    failed.filter((each) => each.outcome === outcome).map(({ job }) => job.id);
  const [again, unknown] = [ids("not_added"), ids("unknown")];
  const by = formatSpan(seconds).replaceAll(" ", "");
  return [
    ...(unknown.length === 0 ? [] : [{ tool: "job_status", arguments: { jobs: unknown } }]),
    ...(again.length === 0 ? [] : [{ tool: "job_extend", arguments: { jobs: again, by } }]),
  ];
}
