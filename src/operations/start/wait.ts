import { isFinished, type JobDescription, PlatformError } from "../../client/index.ts";
import { whereIs } from "../../jobs/identity.ts";
import { capText } from "../../jobs/output/budget.ts";
import { cleanLines, logBody } from "../../jobs/output/report.ts";
import type { Call } from "../caller.ts";
import { lastLines } from "../logs/last-lines.ts";
import { pauseFor } from "../patience.ts";
import { redactorFor } from "../redactor.ts";
import { startPoll } from "../watch/poll.ts";
import { within } from "../within.ts";
import type { StartOutcome } from "./request.ts";

const POLL_MS = 500;
const FIRST_LINES = 40;
const TAIL_MS = 5000;
const MAX_OUTPUT_BYTES = 6000;
/** A program that has just started is given this long to print something. */
const FIRST_OUTPUT_MS = 2000;

/** The end of what a job has printed, all of it where the platform closed its log. */
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
  trouble?: PlatformError;
}

/** Watches started jobs for the time left; whatever goes wrong with that, the start has succeeded. */
export async function watchStarted(
  outcomes: readonly StartOutcome[],
  deadlineMs: number,
  context: Call,
): Promise<Watched> {
  const started = outcomes.flatMap(({ job }) => (job === undefined ? [] : [job]));
  if (Date.now() >= deadlineMs) return { jobs: started };
  let jobs = started;
  try {
    jobs = await untilStarted(started, deadlineMs, context);
    const [only, ...others] = jobs;
    const output =
      only === undefined || others.length > 0 ? undefined : await firstOutput(only, deadlineMs, context);
    return output === undefined ? { jobs } : { jobs, output };
  } catch (error) {
    if (context.signal.aborted || !(error instanceof PlatformError)) throw error;
    return { jobs, trouble: error };
  }
}

/** The jobs once each of them runs or has ended, or as they stand when the time is over. */
async function untilStarted(
  jobs: readonly JobDescription[],
  deadlineMs: number,
  { caller: { platform }, signal, progress }: Call,
): Promise<JobDescription[]> {
  const poll = startPoll(jobs, platform);
  while (poll.jobs.some(isWaiting) && Date.now() < deadlineMs) {
    const waiting = poll.jobs.filter(isWaiting).length;
    progress(`${jobs.length - waiting} of ${jobs.length} have started`);
    await pauseFor(Math.min(POLL_MS, deadlineMs - Date.now()), signal);
    await poll.refresh(signal, deadlineMs);
  }
  return poll.jobs;
}

/** The last lines that a job has printed, fit to be shown; waits a little for the first ones. */
async function firstOutput(
  job: JobDescription,
  deadlineMs: number,
  { caller, signal }: Call,
): Promise<Watched["output"]> {
  if (isWaiting(job)) return undefined;
  const giveUpMs = Math.min(deadlineMs, Date.now() + FIRST_OUTPUT_MS);
  for (;;) {
    const silenceMs = Math.max(0, giveUpMs - Date.now());
    const { lines, lead, ending } = await within(
      signal,
      (until) =>
        lastLines(caller.platform, { job, lines: FIRST_LINES, where: whereIs(job), silenceMs }, until),
      TAIL_MS,
    );
    if (lines.length > 0 || isFinished(job.status) || Date.now() >= giveUpMs) {
      const redact = redactorFor(caller, [job]);
      const clean = cleanLines(lines, redact).filter(({ from }) => from >= lead);
      const { lines: shown, hidden } = logBody(clean, { timestamps: false });
      return { text: capText(shown.join("\n"), MAX_OUTPUT_BYTES), hidden, isWhole: ending === "closed" };
    }
    await pauseFor(Math.min(POLL_MS, giveUpMs - Date.now()), signal);
  }
}

function isWaiting({ status }: JobDescription): boolean {
  return status === "pending" || status === "suspended";
}
