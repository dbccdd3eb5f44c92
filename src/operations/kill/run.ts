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
import type { Call } from "../caller.ts";
import { within } from "../within.ts";

const PARALLEL_KILLS = 8;
const KILL_MS = 10_000;
/** For all kills of a call: those still open then are reported as unknown. */
const ALL_MS = 35_000;
/** How long the state is asked for after a kill whose answer was lost. */
const READ_BACK_MS = 5000;

/** What became of one job. */
export interface KillOutcome extends JobIdentity {
  before: string;
  /** `unknown` where the platform could not be asked any more, `gone` where it has no such job. */
  after: string;
  note: string;
  /** Why it may still run although it was meant to end. */
  failure?: PlatformError;
  isMine: boolean;
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
  { caller: { platform }, signal, progress }: Call,
): Promise<KillOutcome[]> {
  let done = 0;
  const killNext = async (job: JobDescription, until: AbortSignal) => {
    const outcome = await killOne(job, platform, { until, signal });
    done += 1;
    progress(`${done} of ${jobs.length} done`);
    return { ...outcome, isMine: job.owner === me };
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
  if (error.code === "not_found") return { ...row, ...GONE };
  const note = `not killed, it could not be read (${error.code}: ${error.message.replaceAll(id, "it")})`;
  return { ...row, after: "unknown", note, failure: error };
}

const GONE = { after: "gone", note: "already gone: the platform no longer knows this job" };

async function killOne(
  job: JobDescription,
  platform: Platform,
  { until, signal }: { until: AbortSignal; signal: AbortSignal },
): Promise<Omit<KillOutcome, "isMine">> {
  const { id, status: before } = job;
  const row = { ...identityOf(job), before };
  if (isFinished(before)) {
    return { ...row, after: before, note: `already ${before}, nothing changed` };
  }
  try {
    await platform.jobs.kill(id, { signal: until, timeoutMs: KILL_MS });
  } catch (error) {
    if (signal.aborted || !(error instanceof PlatformError)) throw error;
    return { ...row, ...(await afterLostAnswer(job, error, { platform, signal })) };
  }
  const after = await readBack(id, platform, signal);
  if (after === undefined) {
    const note = `${before} → killed; the platform accepted it, its state could not be read afterwards`;
    return { ...row, after: "cancelled", note };
  }
  if (!isFinished(after)) {
    const note = `the platform accepted the kill, but it is still ${after}`;
    return { ...row, after, note, failure: new PlatformError("unknown_outcome", note) };
  }
  const byItself = after === "cancelled" ? "" : " (it ended by itself before the kill)";
  return { ...row, after, note: `${before} → ${after}${byItself}` };
}

/** The kill failed or its answer was lost: only the job's state tells what happened. */
async function afterLostAnswer(
  { id, status: before }: JobDescription,
  failure: PlatformError,
  { platform, signal }: { platform: Platform; signal: AbortSignal },
) {
  if (failure.code === "not_found") return GONE;
  const after = await readBack(id, platform, signal);
  // Without the id the same failure of several jobs reads the same.
  const why = `${failure.code}: ${failure.message.replaceAll(id, "it")}`;
  if (after === undefined) {
    return { after: "unknown", note: `unknown whether it was killed (${why})`, failure };
  }
  if (!isFinished(after)) {
    const fate = mayHaveHappened(failure) ? "not seen to be killed" : "not killed";
    return { after, note: `${fate}, still ${after} (${why})`, failure };
  }
  return { after, note: `${before} → ${after} (the answer was lost, but its state shows it)` };
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
