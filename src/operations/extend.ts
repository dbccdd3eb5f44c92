import pMap from "p-map";
import {
  type JobDescription,
  mayHaveFailedLate,
  mayHaveHappened,
  type Platform,
  PlatformError,
} from "../client/index.ts";
import type { Call, Caller } from "./caller.ts";
import { refsAgain, resolveAll, whereOf } from "./find/index.ts";
import { type Meant, requireAllMeant, requireOwned } from "./find/owned.ts";
import { RefusedError } from "./find/refused.ts";
import { requireActive } from "./find/running.ts";
import { withoutSecretsOf } from "./quoting.ts";
import { priced } from "./spending/price.ts";
import type { LimitProblem } from "./spending/problems.ts";
import { costProblem } from "./spending/problems.ts";
import { lookUp, within } from "./within.ts";

const PARALLEL = 5;
const READ_BACK_MS = 5000;
/** For the turn and the extension itself. */
const TURN_MS = 20_000;
/** More than that is a slip of unit or digit far more often than it is meant, and it costs. */
const MOST_SECONDS = 30 * 86_400;

/** Why a job gets no more time: found before anything was sent. Here as below, `job` is at the price that counts. */
export type Unfit = { job: JobDescription } & (
  | { outcome: "too_long"; mostSeconds: number }
  | { outcome: "over_limit"; problem: LimitProblem }
  | { outcome: "refused"; error: RefusedError }
);

/** What came of more time for a job. */
export type Extension =
  | Unfit
  | ({ job: JobDescription; beforeSeconds: number } & (
      | /** `job` is as it is now. */ { outcome: "extended" }
      /** `nowSeconds` is its life span where it was looked at and could be read. */
      | { outcome: "not_added" | "unknown"; nowSeconds: number | undefined; error: PlatformError }
    ));

export type ExtensionOf = Extension & Pick<Meant, "isMine">;

/** Whole minutes for jobs by name. */
interface Extending {
  refs: readonly string[];
  project: string | undefined;
  seconds: number;
}

/**
 * Adds to the life spans of jobs; of none where one of them is unfit.
 * @throws {RefusedError} somebody else's job, not named beyond doubt
 */
export async function extendJobs(
  { refs, project, seconds }: Extending,
  call: Call,
): Promise<{ unfit: Unfit[] } | { outcomes: ExtensionOf[] }> {
  const { caller, signal } = call;
  const where = whereOf(project);
  const jobs = await lookUp(signal, (until) => resolveAll(caller.platform, { refs, where }, until));
  await requireOwned(jobs, call);
  await requireAllMeant(jobs, { refs, mayAddOthers: false }, call);
  const again = refsAgain(jobs, { refs, project });
  const context = await caller.platform.context({ signal });
  const targets = jobs.map((job, at) => ({ job: priced(job, context), again: again[at] ?? job.id, seconds }));
  const unfit = targets.flatMap((target) => unfitness(target, call) ?? []);
  if (unfit.length > 0) return { unfit };
  const extendNext = async (target: Target) => ({
    ...(await extendInTurn(target, { call, isAlone: targets.length === 1 })),
    isMine: target.job.owner === context.user,
  });
  return { outcomes: await pMap(targets, extendNext, { concurrency: PARALLEL }) };
}

interface Target {
  job: JobDescription;
  /** How the next call names it. */
  again: string;
  seconds: number;
}

function unfitness({ job, again, seconds }: Target, { caller: { policy } }: Call): Unfit | undefined {
  try {
    const before = lifeSpanOf(job, again);
    if (seconds > MOST_SECONDS) return { job, outcome: "too_long", mostSeconds: MOST_SECONDS };
    const [problem] = costProblem(
      { pricePerHour: job.price_credits_per_hour, lifeSpanSeconds: before + seconds },
      { limit: policy.maxCreditsPerJob, presets: [] },
    );
    return problem && { job, outcome: "over_limit", problem };
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    return { job, outcome: "refused", error };
  }
}

/** An extension that is about to be sent. */
interface Sent {
  job: JobDescription;
  beforeSeconds: number;
  seconds: number;
}

/** One extension of a job at a time: each is held against the limit with what the one before has added. */
async function extendInTurn(
  { job: found, again, seconds }: Target,
  { call, isAlone }: { call: Call; isAlone: boolean },
): Promise<Extension> {
  const { caller, signal } = call;
  const { platform } = caller;
  let sent: Sent | undefined;
  const work = async (): Promise<Extension> => {
    const read = await platform.jobs.status(found.id, {}, { signal, timeoutMs: READ_BACK_MS });
    const job = priced(read, await platform.context({ signal }));
    const unfit = unfitness({ job, again, seconds }, call);
    if (unfit !== undefined) return unfit;
    signal.throwIfAborted();
    call.changing(job);
    sent = { job, beforeSeconds: lifeSpanOf(job, again), seconds };
    return send(sent, caller);
  };
  try {
    const turn = (until: AbortSignal) => platform.starts.turns.run(`extend ${found.id}`, work, until);
    return await within(signal, turn, TURN_MS);
  } catch (cause) {
    const error = withoutSecretsOf([found], cause, caller);
    if (signal.aborted || !(error instanceof PlatformError)) throw error;
    if (error.code === "timed_out" && sent !== undefined) return readBack(sent, error, platform);
    const isUndone = error.code === "timed_out";
    if (isAlone) throw isUndone ? error.restate({ outcome: "nothing" }) : error;
    const { life_span: beforeSeconds = 0 } = found;
    return { job: found, outcome: "not_added", beforeSeconds, nowSeconds: undefined, error };
  }
}

/** Adding to no life span would set one, and so end the job. */
function lifeSpanOf(job: JobDescription, again: string): number {
  requireActive({ job, again });
  if (job.life_span === undefined) throw new RefusedError({ reason: "no_life_span", job });
  return job.life_span;
}

/** Adds once; it is waited for to its end, so that nothing is still on its way when the next one is counted. */
async function send(sent: Sent, caller: Caller): Promise<Extension> {
  const { job, beforeSeconds, seconds } = sent;
  const { platform } = caller;
  try {
    await platform.jobs.bumpLifeSpan(job.id, seconds);
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    return readBack(sent, withoutSecretsOf([job], error, caller), platform);
  }
  const now = (await readNow(job, platform)) ?? { ...job, life_span: beforeSeconds + seconds };
  return { job: now, outcome: "extended", beforeSeconds };
}

/** What became of an extension whose answer is missing or an error. */
async function readBack(
  { job, beforeSeconds, seconds }: Sent,
  error: PlatformError,
  platform: Platform,
): Promise<Extension> {
  const failed = { job, beforeSeconds, error, nowSeconds: undefined };
  const isAnswered = mayHaveFailedLate(error);
  if (!mayHaveHappened(error) && !isAnswered) return { ...failed, outcome: "not_added" };
  const now = await readNow(job, platform);
  if (now?.life_span === beforeSeconds + seconds) return { job: now, outcome: "extended", beforeSeconds };
  const nowSeconds = now?.life_span;
  // A platform that has answered does no more; what was lost on the way may still arrive.
  const outcome = isAnswered && nowSeconds === beforeSeconds ? "not_added" : "unknown";
  return { ...failed, outcome, nowSeconds };
}

/** As it is now, at the price that was counted with. */
async function readNow(
  { id, price_credits_per_hour }: JobDescription,
  platform: Platform,
): Promise<JobDescription | undefined> {
  const now = await platform.jobs.status(id, {}, { timeoutMs: READ_BACK_MS }).catch(() => undefined);
  return now && { ...now, price_credits_per_hour };
}
