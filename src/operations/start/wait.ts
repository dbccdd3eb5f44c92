import { isFinished, type JobDescription, PlatformError } from "../../client/index.ts";
import { whereIs } from "../../jobs/identity.ts";
import { logBody } from "../../jobs/output/body.ts";
import { capText } from "../../jobs/output/budget.ts";
import { cleanLines } from "../../jobs/output/lines.ts";
import { type Call, redactorFor } from "../caller.ts";
import { type LedTail, lastLines } from "../logs/read.ts";
import { pauseFor } from "../patience.ts";
import { withoutSecretsOf } from "../quoting.ts";
import { Poll } from "../watch/poll.ts";
import { within } from "../within.ts";
import type { StartOutcome } from "./request.ts";

const POLL_MS = 500;
const FIRST_LINES = 40;
const TAIL_MS = 5000;
const MAX_OUTPUT_BYTES = 6000;
/** A program that has just started is given this long to print something. */
const FIRST_OUTPUT_MS = 2000;

/** The last lines that a job has printed; `isWhole` if the platform has closed its log. */
export interface FirstOutput {
  text: string;
  hidden: number;
  isWhole: boolean;
}

/** What could be seen of jobs after their start. */
export interface Watched {
  jobs: JobDescription[];
  output?: FirstOutput | undefined;
  /** Why there is no more: the jobs were started all the same. */
  trouble?: PlatformError | undefined;
}

/** Watches started jobs for the time left; whatever goes wrong with that, the start has succeeded. */
export async function watchStarted(
  outcomes: readonly Pick<StartOutcome, "job">[],
  deadlineMs: number,
  context: Call,
): Promise<Watched> {
  const started = outcomes.flatMap(({ job }) => (job === undefined ? [] : [job]));
  if (performance.now() >= deadlineMs) return { jobs: started };
  const poll = new Poll(started, context.caller.platform);
  const hidden = (error: PlatformError) => withoutSecretsOf(started, error, context.caller);
  try {
    await untilStarted(poll, deadlineMs, context);
    const output = started.length === 1 ? await firstOutput(poll, deadlineMs, context) : undefined;
    const [gone] = poll.gone.values();
    return { jobs: poll.jobs, output, trouble: gone && hidden(gone) };
  } catch (error) {
    if (context.signal.aborted || !(error instanceof PlatformError)) throw error;
    return { jobs: poll.jobs, trouble: hidden(error) };
  }
}

/** What there is to tell of one started job by now; undefined while it may still start in time. */
export async function lookAtStarted(
  job: JobDescription,
  deadlineMs: number,
  call: Call,
): Promise<Watched | undefined> {
  if (!isWaiting(job)) return watchStarted([{ job }], performance.now() + FIRST_OUTPUT_MS, call);
  return Date.now() < deadlineMs ? undefined : { jobs: [job] };
}

/** Until each of the jobs runs, has ended or can no longer be read, or the time is over. */
async function untilStarted(poll: Poll, deadlineMs: number, { signal, progress }: Call): Promise<void> {
  const mayStart = (job: JobDescription) => isWaiting(job) && !poll.gone.has(job.id);
  while (poll.jobs.some(mayStart) && performance.now() < deadlineMs) {
    const started = poll.jobs.filter((job) => !isWaiting(job)).length;
    progress(`${started} of ${poll.jobs.length} have started`, started / poll.jobs.length);
    await pauseFor(Math.min(POLL_MS, deadlineMs - performance.now()), signal);
    await poll.refresh(signal, deadlineMs);
  }
}

/** The last lines of the only job, fit to be shown; waits a little for the first ones, or for its end. */
async function firstOutput(poll: Poll, deadlineMs: number, call: Call): Promise<FirstOutput | undefined> {
  const giveUpMs = Math.min(deadlineMs, performance.now() + FIRST_OUTPUT_MS);
  for (;;) {
    const [job] = poll.jobs;
    if (job === undefined || isWaiting(job)) return undefined;
    const tail = await outputSoFar(job, Math.max(0, giveUpMs - performance.now()), call);
    if (tail.lines.length > 0 || isFinished(job.status)) return shown(tail, job, call);
    await pauseFor(Math.min(POLL_MS, giveUpMs - performance.now()), call.signal);
    // A silent job may have ended meanwhile: then its log is read to the end, even when the time is over.
    await poll.refresh(call.signal, deadlineMs);
    const hasEnded = poll.jobs.some(({ status }) => isFinished(status));
    if (!hasEnded && performance.now() >= giveUpMs) return shown(tail, job, call);
  }
}

function outputSoFar(job: JobDescription, silenceMs: number, { caller, signal }: Call): Promise<LedTail> {
  const options = { job, lines: FIRST_LINES, where: whereIs(job), silenceMs };
  return within(signal, (until) => lastLines(caller.platform, options, until), TAIL_MS);
}

function shown({ lines, lead, ending }: LedTail, job: JobDescription, { caller }: Call): FirstOutput {
  const clean = cleanLines(lines, redactorFor(caller, [job])).filter(({ from }) => from >= lead);
  const { lines: texts, hidden } = logBody(clean, { timestamps: false });
  return { text: capText(texts.join("\n"), MAX_OUTPUT_BYTES), hidden, isWhole: ending === "closed" };
}

function isWaiting({ status }: JobDescription): boolean {
  return status === "pending" || status === "suspended";
}
