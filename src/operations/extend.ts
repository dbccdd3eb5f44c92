import { type JobDescription, mayHaveHappened, type Platform, PlatformError } from "../client/index.ts";
import type { Call } from "./caller.ts";
import { type Meant, meantJob, type Named } from "./find/owned.ts";
import { RefusedError } from "./find/refused.ts";
import { requireActive } from "./find/running.ts";
import type { LimitProblem } from "./spending/problems.ts";
import { costProblem } from "./spending/problems.ts";
import { within } from "./within.ts";

const READ_BACK_MS = 5000;
/** For the turn and the extension itself. */
const TURN_MS = 20_000;
/** More than that is a slip of unit or digit far more often than it is meant, and it costs. */
const MOST_SECONDS = 30 * 86_400;

/** What came of more time for a job. */
export type Extension = { job: JobDescription } & (
  | { outcome: "too_long"; mostSeconds: number }
  | { outcome: "over_limit"; problem: LimitProblem }
  /** `job` is as it is now; `beforeSeconds` was its life span. */
  | { outcome: "extended"; beforeSeconds: number }
  /** `nowSeconds` is its life span where it was looked at and could be read. */
  | {
      outcome: "not_added" | "unknown";
      beforeSeconds: number;
      nowSeconds: number | undefined;
      error: PlatformError;
    }
);

/** Adds whole minutes to a job's life span. @throws {RefusedError} it has ended, or has no life span */
export async function extendJob(
  { seconds, ...named }: Named & { seconds: number },
  call: Call,
): Promise<Extension & Pick<Meant, "isMine">> {
  const { job, isMine, again } = await meantJob(named, call);
  return { ...(await extendInTurn({ id: job.id, again, seconds }, call)), isMine };
}

/** An extension that is about to be sent. */
interface Sent {
  job: JobDescription;
  beforeSeconds: number;
  seconds: number;
}

/** One extension of a job at a time: each is held against the limit with what the one before has added. */
async function extendInTurn(
  { id, again, seconds }: { id: string; again: string; seconds: number },
  { caller: { platform, policy }, signal }: Call,
): Promise<Extension> {
  let sent: Sent | undefined;
  const work = async (): Promise<Extension> => {
    const job = await platform.jobs.status(id, {}, { signal, timeoutMs: READ_BACK_MS });
    const beforeSeconds = lifeSpanOf(job, again);
    if (seconds > MOST_SECONDS) return { job, outcome: "too_long", mostSeconds: MOST_SECONDS };
    const [problem] = costProblem(
      { pricePerHour: job.price_credits_per_hour, lifeSpanSeconds: beforeSeconds + seconds },
      { limit: policy.maxCreditsPerJob, presets: [] },
    );
    if (problem !== undefined) return { job, outcome: "over_limit", problem };
    signal.throwIfAborted();
    sent = { job, beforeSeconds, seconds };
    return send(sent, platform);
  };
  try {
    return await within(signal, (until) => platform.starts.turns.run(`extend ${id}`, work, until), TURN_MS);
  } catch (error) {
    if (signal.aborted || !(error instanceof PlatformError) || error.code !== "timed_out") throw error;
    if (sent === undefined) throw error.restate({ outcome: "nothing" });
    return readBack(sent, error, platform);
  }
}

/** Adding to no life span would set one, and so end the job. */
function lifeSpanOf(job: JobDescription, again: string): number {
  requireActive({ job, again });
  if (job.life_span === undefined) throw new RefusedError({ reason: "no_life_span", job });
  return job.life_span;
}

/** Adds once; it is waited for to its end, so that nothing is still on its way when the next one is counted. */
async function send(sent: Sent, platform: Platform): Promise<Extension> {
  const { job, beforeSeconds, seconds } = sent;
  try {
    await platform.jobs.bumpLifeSpan(job.id, seconds);
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    return readBack(sent, error, platform);
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
  const isAnswered = error.request?.status === 500;
  if (!mayHaveHappened(error) && !isAnswered) return { ...failed, outcome: "not_added" };
  const now = await readNow(job, platform);
  if (now?.life_span === beforeSeconds + seconds) return { job: now, outcome: "extended", beforeSeconds };
  const nowSeconds = now?.life_span;
  // A platform that has answered does no more; what was lost on the way may still arrive.
  const outcome = isAnswered && nowSeconds === beforeSeconds ? "not_added" : "unknown";
  return { ...failed, outcome, nowSeconds };
}

function readNow({ id }: JobDescription, platform: Platform): Promise<JobDescription | undefined> {
  return platform.jobs.status(id, {}, { timeoutMs: READ_BACK_MS }).catch(() => undefined);
}
