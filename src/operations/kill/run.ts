import pMap from "p-map";
import {
  isFinished,
  type JobDescription,
  type JobStatus,
  mayHaveHappened,
  type Platform,
  PlatformError,
} from "../../client/index.ts";
import { identityOf, type JobIdentity } from "../../jobs/identity.ts";
import type { Call, Caller } from "../caller.ts";
import { withoutSecretsOf } from "../quoting.ts";
import { within } from "../within.ts";

const PARALLEL_KILLS = 8;
const KILL_MS = 10_000;
/** For all kills of a call: those still open then are reported as unknown. */
const ALL_MS = 35_000;
/** How long the state is asked for after a kill whose answer was lost. */
const READ_BACK_MS = 5000;

/** What became of one job. */
export interface KillOutcome extends JobIdentity, Fate {
  isMine: boolean;
}

interface Fate {
  before: string;
  /** `unknown` where the platform could not be asked any more, `gone` where it has no such job. */
  after: string;
  /**
   * `answer_lost`: it was killed, as its state shows · `state_unread`: as the answer says · `ended_without`: the kill
   * was refused, and it has ended all the same · `accepted`: so the answer says, but it has not ended · `not_seen`: it
   * has not ended, and the kill may still arrive.
   */
  fate:
    | "already_over"
    | "gone"
    | "killed"
    | "ended_by_itself"
    | "ended_without"
    | "answer_lost"
    | "state_unread"
    | "accepted"
    | "not_killed"
    | "not_seen"
    | "unknown"
    | "unread";
  /** Why it may still run although it was meant to end. */
  failure?: PlatformError;
  /** Why it was not killed although it has ended. */
  refusal?: PlatformError;
}

/** A job shown before that could not be read now. */
export interface Unread {
  id: string;
  /** As it was shown, where that is known. */
  before: JobDescription | undefined;
  error: PlatformError;
}

/** Ends jobs; one that fails does not keep the others alive. */
export async function killAll(
  { jobs, unread }: { jobs: readonly JobDescription[]; unread: readonly Unread[] },
  me: string,
  { caller, signal, progress, changing }: Call,
): Promise<KillOutcome[]> {
  let done = 0;
  const killNext = async (job: JobDescription, until: AbortSignal) => {
    if (!isFinished(job.status)) changing(job);
    const fate = await killOne(job, caller, { until, signal });
    done += 1;
    progress(`${done} of ${jobs.length} done`, done / jobs.length);
    return { ...identityOf(job), ...fate, isMine: job.owner === me };
  };
  const options = { concurrency: PARALLEL_KILLS, signal };
  const kills = (until: AbortSignal) => pMap(jobs, (job) => killNext(job, until), options);
  const outcomes = await within(signal, kills, ALL_MS);
  return [...outcomes, ...unread.map((each) => unreadOutcome(each, me))];
}

function unreadOutcome({ id, before: job, error }: Unread, me: string): KillOutcome {
  const identity =
    job === undefined ? { job: id, id, owner: "unknown", project: "unknown" } : identityOf(job);
  const row = {
    ...identity,
    before: job?.status ?? "unknown",
    isMine: job === undefined || job.owner === me,
  };
  if (error.code === "not_found") return { ...row, after: "gone", fate: "gone" };
  return { ...row, after: "unknown", fate: "unread", failure: error };
}

async function killOne(
  job: JobDescription,
  caller: Caller,
  { until, signal }: { until: AbortSignal; signal: AbortSignal },
): Promise<Fate> {
  const { id, status: before } = job;
  const { platform } = caller;
  if (isFinished(before)) return { before, after: before, fate: "already_over" };
  try {
    await platform.jobs.kill(id, { signal: until, timeoutMs: KILL_MS });
  } catch (error) {
    if (signal.aborted || !(error instanceof PlatformError)) throw error;
    if (error.code === "not_found") return { before, after: "gone", fate: "gone" };
    const failure = withoutSecretsOf([job], error, caller);
    return afterFailure(before, failure, await readBack(id, platform, signal));
  }
  const after = await readBack(id, platform, signal);
  if (after === undefined) return { before, after: "cancelled", fate: "state_unread" };
  if (isFinished(after)) return { before, after, fate: isKilled(after) ? "killed" : "ended_by_itself" };
  const failure = new PlatformError("unknown_outcome", `${id} is still ${after}.`);
  return { before, after, fate: "accepted", failure };
}

/** The kill failed or its answer was lost: only the job's state tells what happened. */
function afterFailure(before: string, failure: PlatformError, after: JobStatus | undefined): Fate {
  if (after === undefined) return { before, after: "unknown", fate: "unknown", failure };
  if (!isFinished(after))
    return { before, after, fate: mayHaveHappened(failure) ? "not_seen" : "not_killed", failure };
  // The platform may hit a fault of its own (500) after it has done it.
  const mayBeDone = mayHaveHappened(failure) || failure.request?.status === 500;
  if (!mayBeDone) return { before, after, fate: "ended_without", refusal: failure };
  return { before, after, fate: isKilled(after) ? "answer_lost" : "ended_by_itself" };
}

/** A job that ends by itself has succeeded or failed. */
function isKilled(after: JobStatus): boolean {
  return after === "cancelled";
}

async function readBack(id: string, platform: Platform, signal: AbortSignal): Promise<JobStatus | undefined> {
  try {
    const { status } = await platform.jobs.status(id, {}, { signal, timeoutMs: READ_BACK_MS });
    return status;
  } catch (error) {
    if (signal.aborted || !(error instanceof PlatformError)) throw error;
    return undefined;
  }
}
