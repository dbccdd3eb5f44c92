import { z } from "zod";
import {
  isFinished,
  type JobDescription,
  mayHaveHappened,
  type Platform,
  PlatformError,
} from "../client/index.ts";
import { sentence } from "../foreign.ts";
import { compareCredits, costOf, formatCredits, formatMost, runTimeOf } from "../jobs/cost.ts";
import { identityOf, identityText } from "../jobs/identity.ts";
import { InvalidInputError } from "../jobs/invalid-input.ts";
import { statusText } from "../jobs/standing.ts";
import { formatInstant, formatSpan, parseDuration } from "../jobs/time/durations.ts";
import { creditsText } from "../jobs/words.ts";
import type { Call } from "../operations/caller.ts";
import { meantJob } from "../operations/find/meant.ts";
import { PolicyError } from "../operations/policy-error.ts";
import { costProblem } from "../operations/spending/problems.ts";
import { within } from "../operations/within.ts";
import { maybeText, openObject, text, whichJob } from "./answers.ts";
import { jobRef, project } from "./args.ts";
import { defineTool } from "./define-tool.ts";
import { limitText } from "./limits.ts";

const READ_BACK_MS = 5000;
/** For the turn and the extension itself. */
const TURN_MS = 20_000;
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
  output: openObject(
    { id: text, life_span_seconds: z.number(), extra_credits: text },
    { ...whichJob, before_seconds: z.number(), ends_at: maybeText },
  ),
  nothing: "Nothing was changed.",
  effects: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  async run({ job: ref, by, project: at }, context) {
    const seconds = wholeMinutes(by);
    const { job: target, whose } = await meantJob(ref, at, context);
    const { after, lifeSpan } = await extendInTurn(target, seconds, context);
    const now = after.life_span ?? lifeSpan + seconds;
    const extra = costOf(after.price_credits_per_hour, seconds);
    const leftSeconds = Math.max(0, now - runTimeOf(after, Date.now()));
    const worstCase = costOf(after.price_credits_per_hour, now);
    const end = after.status === "running" ? formatInstant(Date.now() + leftSeconds * 1000) : undefined;
    const ends =
      end === undefined
        ? `it is ${statusText(after)} and may run ${formatSpan(leftSeconds)} more once it runs`
        : `its new end is ${end} (in ${formatSpan(leftSeconds)} of running; enforced up to a minute late)`;
    const text = [
      `Extended ${identityText(after)}${whose} by ${formatSpan(seconds)}: life span ${formatSpan(lifeSpan)} → ${formatSpan(now)}; ${ends}.`,
      `Extra cost at most ${creditsText(formatMost(extra))} (${after.price_credits_per_hour} per hour); in all at most ${formatMost(worstCase)}.`,
      ...passedCap(worstCase, context),
    ].join("\n");
    const data = {
      ...identityOf(after),
      life_span_seconds: now,
      before_seconds: lifeSpan,
      extra_credits: formatMost(extra),
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
    `by: ${formatSpan(seconds)} is too much for one call, at most ${formatSpan(MOST_SECONDS)} at once; it could cost ${creditsText(cost)}. Nothing was changed about ${identityText(job)}.`,
  );
}

/** Only another server can have added beside this one, and time that was given cannot be taken back. */
function passedCap(worstCase: string, { caller }: Call): string[] {
  const limit = caller.policy.maxCreditsPerJob;
  if (limit === undefined || compareCredits(worstCase, String(limit)) <= 0) return [];
  return [
    `That is above --max-credits-per-job ${limit}: the job was extended elsewhere at the same time. job_kill ends it.`,
  ];
}

function refuseOverLimit(job: JobDescription, lifeSpanSeconds: number, { caller }: Call): void {
  const pricePerHour = job.price_credits_per_hour;
  const limit = caller.policy.maxCreditsPerJob;
  const [problem] = costProblem({ pricePerHour, lifeSpanSeconds }, { limit, presets: [] });
  if (problem === undefined) return;
  const spent = formatSpan(job.life_span ?? 0);
  throw new PolicyError(
    "over_limit",
    `${limitText(problem)} Its life span is ${spent} now. Nothing was changed.`,
  );
}

interface Extended {
  after: JobDescription;
  /** Before, in seconds. */
  lifeSpan: number;
}

/** One extension of a job at a time: each is held against the limit with what the one before has added. */
async function extendInTurn({ id }: JobDescription, seconds: number, context: Call): Promise<Extended> {
  const {
    caller: { platform, ledger },
    signal,
  } = context;
  let sent: { job: JobDescription; lifeSpan: number } | undefined;
  const work = async () => {
    const job = await platform.jobs.status(id, {}, { signal, timeoutMs: READ_BACK_MS });
    const lifeSpan = extendable(job);
    refuseSlip(job, seconds);
    refuseOverLimit(job, lifeSpan + seconds, context);
    signal.throwIfAborted();
    sent = { job, lifeSpan };
    return { after: await bump(job, { seconds, expected: lifeSpan + seconds }, platform), lifeSpan };
  };
  try {
    return await within(signal, (until) => ledger.turns.run(`extend ${id}`, work, until), TURN_MS);
  } catch (error) {
    if (signal.aborted || !(error instanceof PlatformError) || error.code !== "timed_out") throw error;
    if (sent === undefined)
      throw error.restate({ message: `${sentence(error.message)} Nothing was changed.`, outcome: "nothing" });
    return { ...(await readBack(sent, seconds, { platform, cause: error })), lifeSpan: sent.lifeSpan };
  }
}

/** Adds once; it is waited for to its end, so that nothing is still on its way when the next one is counted. */
async function bump(
  job: JobDescription,
  { seconds, expected }: { seconds: number; expected: number },
  platform: Platform,
): Promise<JobDescription> {
  try {
    await platform.jobs.bumpLifeSpan(job.id, seconds);
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    const lifeSpan = expected - seconds;
    return (await readBack({ job, lifeSpan }, seconds, { platform, cause: error })).after;
  }
  const read = platform.jobs.status(job.id, {}, { timeoutMs: READ_BACK_MS });
  return read.catch(() => ({ ...job, life_span: expected }));
}

/** The job after an extension whose answer is missing or an error. @throws {PlatformError} nothing was added, or unknown */
async function readBack(
  { job, lifeSpan }: { job: JobDescription; lifeSpan: number },
  seconds: number,
  { platform, cause }: { platform: Platform; cause: PlatformError },
): Promise<{ after: JobDescription }> {
  const isAnswered = cause.request?.status === 500;
  const said = `${sentence(cause.message)} ${identityText(job)}:`;
  if (!mayHaveHappened(cause) && !isAnswered)
    throw cause.restate({ message: `${said} nothing was added.`, outcome: "nothing" });
  const read = platform.jobs.status(job.id, {}, { timeoutMs: READ_BACK_MS });
  const now = await read.catch(() => undefined);
  if (now?.life_span === lifeSpan + seconds) return { after: now };
  const span = now?.life_span === undefined ? "" : ` is ${formatSpan(now.life_span)} now, and`;
  // A platform that has answered does no more; what was lost on the way may still arrive.
  if (isAnswered && now?.life_span === lifeSpan) {
    const still = `its life span is still ${formatSpan(lifeSpan)}, so nothing was added.`;
    throw cause.restate({ message: `${said} ${still}`, outcome: "nothing" });
  }
  const state = `its life span${span} was ${formatSpan(lifeSpan)} before, so whether it was extended is unknown: look at it with job_status before trying again.`;
  throw cause.restate({ message: `${said} ${state}`, outcome: "unknown" });
}

/** A part of a minute is rounded up, as the platform counts. */
function wholeMinutes(by: string): number {
  const minutes = Math.ceil(parseDuration(by) / 60);
  if (minutes > 0) return minutes * 60;
  throw new InvalidInputError(`by: "${by.slice(0, 60)}" adds nothing; write e.g. "6h". Nothing was changed.`);
}
