import { z } from "zod";
import { isFinished, type JobDescription, type Platform, PlatformError } from "../client/index.ts";
import { costOf, formatCredits, runTimeOf } from "../jobs/cost.ts";
import { formatDuration, formatInstant, parseDuration } from "../jobs/durations.ts";
import { InvalidInputError } from "../jobs/invalid-input.ts";
import { jobRef, project, whereOf } from "./args.ts";
import { defineTool, type ToolContext } from "./define-tool.ts";
import { costProblem } from "./limit-problems.ts";
import { requireMeant } from "./owned.ts";
import { PolicyError } from "./policy-error.ts";
import { resolveOne } from "./resolve.ts";
import { statusText } from "./rows.ts";
import { lookUp, within } from "./within.ts";
import { identityOf, identityText } from "./written.ts";

const READ_BACK_MS = 5000;
const MOST_SECONDS = 30 * 86_400;

export const extend = defineTool({
  name: "job_extend",
  title: "Extend a job's life span",
  description:
    "Gives an active job more time before its life span ends; says its new end and the extra cost. Each call adds again.",
  toolset: "more",
  input: z.strictObject({
    job: jobRef,
    by: z.string().describe("Time to add, e.g. 6h; a part of a minute is rounded up"),
    project,
  }),
  output: z.looseObject({ id: z.string(), life_span_seconds: z.number(), extra_credits: z.string() }),
  nothing: "Nothing was changed.",
  effects: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  async run({ job: ref, by, project: at }, context) {
    const { platform, signal } = context;
    const seconds = Math.ceil(parseDuration(by) / 60) * 60;
    const before = await lookUp(signal, (until) => resolveOne(platform, { ref, where: whereOf(at) }, until));
    const whose = await requireMeant(before, ref, context);
    const lifeSpan = extendable(before);
    refuseSlip(before, seconds);
    refuseOverLimit(before, lifeSpan + seconds, context);
    const after = await bump(before, { seconds, expected: lifeSpan + seconds }, platform, signal);
    const now = after.life_span ?? lifeSpan + seconds;
    const extra = costOf(after.price_credits_per_hour, seconds);
    const leftSeconds = Math.max(0, now - runTimeOf(after, Date.now()));
    const worstCase = costOf(after.price_credits_per_hour, now);
    const end = after.status === "running" ? formatInstant(Date.now() + leftSeconds * 1000) : undefined;
    const ends =
      end === undefined
        ? `it is ${statusText(after)} and may run ${formatDuration(leftSeconds)} more once it runs`
        : `its new end is ${end} (in ${formatDuration(leftSeconds)} of running; enforced up to a minute late)`;
    const text = [
      `Extended ${identityText(after)}${whose} by ${formatDuration(seconds)}: life span ${formatDuration(lifeSpan)} → ${formatDuration(now)}; ${ends}.`,
      `Extra cost at most ${formatCredits(extra)} credits (${after.price_credits_per_hour} per hour); in all at most ${formatCredits(worstCase)}.`,
    ].join("\n");
    const data = {
      ...identityOf(after),
      ...{ life_span_seconds: now, before_seconds: lifeSpan, extra_credits: extra },
      ...(end === undefined ? {} : { ends_at: end }),
    };
    return { text, data, jobs: [after] };
  },
});

/** Its life span in seconds. Adding to none would set one, and so end the job. */
function extendable(job: JobDescription): number {
  if (isFinished(job.status)) {
    throw new PlatformError(
      "not_running",
      `${identityText(job)} is ${statusText(job)}: it has ended, nothing was changed. Use job_rerun to run it again.`,
    );
  }
  if (job.life_span !== undefined) return job.life_span;
  throw new PlatformError(
    "invalid_argument",
    `${identityText(job)} has no life span: it runs until it ends or is killed, so there is nothing to extend. Nothing was changed.`,
  );
}

/** More than that is a slip of unit or digit far more often than it is meant, and it costs. */
function refuseSlip(job: JobDescription, seconds: number): void {
  if (seconds <= MOST_SECONDS) return;
  const cost = formatCredits(costOf(job.price_credits_per_hour, seconds));
  throw new InvalidInputError(
    `by: ${formatDuration(seconds)} is too much for one call, at most ${formatDuration(MOST_SECONDS)} at once; it could cost ${cost} credits. Nothing was changed about ${identityText(job)}.`,
  );
}

function refuseOverLimit(job: JobDescription, lifeSpanSeconds: number, { session }: ToolContext): void {
  const pricePerHour = job.price_credits_per_hour;
  const limit = session.policy.maxCreditsPerJob;
  const [problem] = costProblem({ pricePerHour, lifeSpanSeconds }, { limit, presets: [] });
  if (problem === undefined) return;
  const spent = formatDuration(job.life_span ?? 0);
  throw new PolicyError("over_limit", `${problem} Its life span is ${spent} now. Nothing was changed.`);
}

/** Adds once. When the answer is lost, the life span itself tells whether it was added. */
async function bump(
  job: JobDescription,
  { seconds, expected }: { seconds: number; expected: number },
  platform: Platform,
  signal: AbortSignal,
): Promise<JobDescription> {
  const read = () => platform.jobs.status(job.id, {}, { signal, timeoutMs: READ_BACK_MS });
  try {
    await within(signal, (until) => platform.jobs.bumpLifeSpan(job.id, seconds, { signal: until }));
  } catch (error) {
    if (signal.aborted || !(error instanceof PlatformError)) throw error;
    const now = await read().catch(() => undefined);
    if (now?.life_span === expected) return now;
    throw notExtended(job, now, error);
  }
  return read().catch(() => ({ ...job, life_span: expected }));
}

function notExtended(
  job: JobDescription,
  now: JobDescription | undefined,
  cause: PlatformError,
): PlatformError {
  const state =
    now === undefined
      ? "whether it was extended is unknown: look at its life span with job_status before trying again"
      : `its life span is still ${formatDuration(now.life_span ?? 0)}, so nothing was added`;
  const said = cause.message.replace(/(?<![.!?])$/, ".");
  const details = { cause, ...(now === undefined ? { outcome: "unknown" as const } : {}) };
  return new PlatformError(cause.code, `${said} ${identityText(job)}: ${state}.`, details);
}
