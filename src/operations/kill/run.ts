import pMap from "p-map";
import {
  isFinished,
  type JobDescription,
  type JobStatus,
  mayHaveHappened,
  PlatformError,
} from "../../client/index.ts";
import { identityOf, identityText, type JobIdentity } from "../../jobs/identity.ts";
import type { Call } from "../caller.ts";
import { requireOwned } from "../find/owned.ts";
import { PolicyError } from "../policy-error.ts";
import { within } from "../within.ts";

const PARALLEL_KILLS = 8;
const KILL_MS = 10_000;
/** For all kills of a call: what is not done by then is said to be unknown. */
const ALL_MS = 35_000;
/** How long the state is asked for after a kill whose answer was lost. */
const READ_BACK_MS = 5000;
const NAMES_IN_QUESTION = 10;

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

interface Kill {
  jobs: readonly JobDescription[];
  /** Jobs known from before that could not be read now. */
  unread?: readonly { job: JobDescription; error: PlatformError }[];
  /** Called when nothing is in the way of the kills any more. @throws to stop them */
  begin?: () => void;
}

/** Ends jobs, after asking the person where that is possible; one that fails does not keep the others alive. */
export async function killAll(
  { jobs, unread = [], begin = () => undefined }: Kill,
  context: Call,
): Promise<KillOutcome[]> {
  const active = jobs.filter(({ status }) => !isFinished(status));
  await requireOwned(active, context);
  if (active.length > 0) await ask(active, context);
  const { user } = await context.caller.platform.context({ signal: context.signal });
  // The person may have answered after the call was given up.
  context.signal.throwIfAborted();
  begin();
  const lost = unread.map(({ job, error }) => ({ ...unreadOutcome(job, error), isMine: job.owner === user }));
  let done = 0;
  const killNext = async (job: JobDescription, until: AbortSignal) => {
    const outcome = { ...(await killOne(job, context, until)), isMine: job.owner === user };
    done += 1;
    context.progress(`${done} of ${jobs.length} done`);
    return outcome;
  };
  const options = { concurrency: PARALLEL_KILLS, signal: context.signal };
  const kills = (until: AbortSignal) => pMap(jobs, (job) => killNext(job, until), options);
  return [...(await within(context.signal, kills, ALL_MS)), ...lost];
}

function unreadOutcome(job: JobDescription, error: PlatformError): Omit<KillOutcome, "isMine"> {
  const row = { ...identityOf(job), before: job.status };
  if (error.code === "not_found") return { ...row, ...GONE };
  const note = `not killed, it could not be read (${error.code}: ${error.message.replaceAll(job.id, "it")})`;
  return { ...row, after: "unknown", note, failure: error };
}

const GONE = { after: "gone", note: "already gone: the platform knows no such job any more" };

async function ask(jobs: readonly JobDescription[], { confirm }: Call): Promise<void> {
  const what = jobs.length === 1 ? "this job" : `these ${jobs.length} jobs`;
  const names = jobs.slice(0, NAMES_IN_QUESTION).map(identityText).join(", ");
  const more = jobs.length > NAMES_IN_QUESTION ? ` and ${jobs.length - NAMES_IN_QUESTION} more` : "";
  const answer = await confirm(`Kill ${what} for good? ${names}${more}`);
  if (answer === "yes" || answer === "unable") return;
  const said = answer === "no" ? "declined" : "did not answer in time";
  throw new PolicyError(
    "declined",
    `The person was asked whether to kill ${what} (${names}${more}) and ${said}: nothing was killed. Do not ask again unasked. If the user saw no question, their MCP client declines by itself: they can kill with "apolo kill ${jobs[0]?.id ?? ""}".`,
  );
}

async function killOne(
  job: JobDescription,
  context: Call,
  until: AbortSignal,
): Promise<Omit<KillOutcome, "isMine">> {
  const { id, status: before } = job;
  const row = { ...identityOf(job), before };
  if (isFinished(before)) {
    return { ...row, after: before, note: `already ${before}, nothing changed` };
  }
  const {
    caller: { platform },
    signal,
  } = context;
  try {
    await platform.jobs.kill(id, { signal: until, timeoutMs: KILL_MS });
  } catch (error) {
    if (signal.aborted || !(error instanceof PlatformError)) throw error;
    return { ...row, ...(await afterLostAnswer(job, error, context)) };
  }
  const after = await readBack(id, context);
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
  context: Call,
) {
  if (failure.code === "not_found") return GONE;
  const after = await readBack(id, context);
  // Without the id the same failure of several jobs reads the same.
  const why = `${failure.code}: ${failure.message.replaceAll(id, "it")}`;
  if (after === undefined) {
    return { after: "unknown", note: `unknown whether it was killed (${why})`, failure };
  }
  if (!isFinished(after)) {
    const fate = mayHaveHappened(failure) ? "not seen to be killed" : "not killed";
    return { after, note: `${fate}, still ${after} (${why})`, failure };
  }
  return { after, note: `${before} → ${after} (the answer was lost; its state says so)` };
}

async function readBack(id: string, { caller: { platform }, signal }: Call): Promise<JobStatus | undefined> {
  try {
    const { status } = await platform.jobs.status(id, {}, { signal, timeoutMs: READ_BACK_MS });
    return status;
  } catch (error) {
    if (signal.aborted || !(error instanceof PlatformError)) throw error;
    return undefined;
  }
}
