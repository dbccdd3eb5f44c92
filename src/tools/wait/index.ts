import { z } from "zod";
import { type JobDescription, type Platform, type PlatformError, Retry } from "../../client/index.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import { fenceOutput } from "../../jobs/output/fence.ts";
import { compileSearch } from "../../jobs/output/grep.ts";
import { fitLine } from "../../jobs/output/log-text.ts";
import { showText } from "../../jobs/output/terminal.ts";
import { countStatuses, countsText } from "../../jobs/rows.ts";
import { nameOf, stateData, stateLine, type View } from "../../jobs/standing.ts";
import { formatDuration, formatInstant } from "../../jobs/time/durations.ts";
import type { Call } from "../../operations/caller.ts";
import { resolveAll } from "../../operations/find/index.ts";
import { whereOf } from "../../operations/find/where.ts";
import { lineMatcher } from "../../operations/logs/line-matcher.ts";
import { watchLog } from "../../operations/logs/watch.ts";
import { redactorFor } from "../../operations/redactor.ts";
import { type Poll, passing, patiently, pauseFor, startPoll } from "../../operations/watch/poll.ts";
import { jobRefs, project } from "../args.ts";
import { defineTool } from "../define-tool.ts";
import { hasEnded, hasStarted, MAX_NAMED, nextCallOf, type Outcome, type WaitArguments } from "./next.ts";

const POLL_MS = 1000;
/** One stream a job. */
const MAX_WATCHED = 10;
const MAX_LINE_CHARS = 500;
const LAST_LOOK_MS = 3000;

const goal = z.enum(["running", "finished", "log"]);

export const wait = defineTool({
  name: "job_wait",
  title: "Wait for jobs",
  description:
    "Waits until all jobs run or have ended, or a log has a line that matches pattern. Answers finished: true/false and the next call.",
  toolset: "core",
  input: z.strictObject({
    jobs: jobRefs,
    until: goal.default("finished").describe("running: or ended"),
    pattern: z.string().optional().describe("For until: log, e.g. epoch 3"),
    wait_seconds: z.int().min(0).max(50).default(45).describe("At most so long"),
    project,
  }),
  output: z.looseObject({
    finished: z.boolean(),
    jobs: z.array(z.looseObject({})),
  }),
  effects: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  waits: ({ wait_seconds }) => wait_seconds,
  async run(args, context) {
    const { jobs: refs, until, pattern, wait_seconds, project: at } = args;
    if ((until === "log") !== (pattern !== undefined))
      throw new InvalidInputError('pattern goes with until: "log", and until: "log" needs a pattern.');
    const startedMs = Date.now();
    const deadlineMs = startedMs + wait_seconds * 1000;
    const jobs = await patiently(deadlineMs, context.signal, (signal) =>
      resolveAll(context.caller.platform, { refs, where: whereOf(at) }, signal),
    );
    const wait = { jobs, deadlineMs, startedMs };
    const outcome =
      pattern === undefined
        ? await untilState(until === "running" ? hasStarted : hasEnded, wait, context)
        : await untilLine(pattern, wait, context);
    const { user: me } = await context.caller.platform.context({ signal: context.signal });
    return answer(args, outcome, { startedMs, me });
  },
});

interface Wait {
  jobs: JobDescription[];
  startedMs: number;
  deadlineMs: number;
}

async function untilState(
  isReached: (job: JobDescription) => boolean,
  { jobs, startedMs, deadlineMs }: Wait,
  { caller: { platform }, signal, progress }: Call,
): Promise<Outcome> {
  const resolvedAtMs = Date.now();
  const poll = startPoll(jobs, platform);
  const retry = new Retry(POLL_MS);
  let pauseMs = POLL_MS;
  const isOver = (job: JobDescription) => isReached(job) || poll.gone.has(job.id);
  while (!poll.jobs.every(isOver)) {
    const leftMs = deadlineMs - Date.now();
    if (leftMs <= 0) break;
    progress(progressText(poll, isReached, startedMs));
    if ((poll.trouble?.retryAfterMs ?? 0) > leftMs) break;
    await pauseFor(Math.min(pauseMs, leftMs), signal);
    await poll.refresh(signal, deadlineMs);
    if (poll.trouble === undefined) retry.succeeded();
    pauseMs = poll.trouble === undefined ? POLL_MS : retry.afterFailure(poll.trouble);
  }
  return {
    ...outcomeOf(poll, resolvedAtMs),
    finished: poll.jobs.every(isReached),
    isOver: poll.jobs.every(isOver),
  };
}

/** How the jobs were when the platform last told. @throws {PlatformError} none of them can be read any more */
function outcomeOf(
  { jobs, gone, trouble, answeredAtMs }: Poll,
  resolvedAtMs: number,
): Omit<Outcome, "finished"> {
  const [lost] = gone.values();
  if (lost !== undefined && gone.size === jobs.length) throw lost;
  const asOfMs = trouble === undefined ? undefined : (answeredAtMs ?? resolvedAtMs);
  return { jobs, gone, trouble: trouble?.message, asOfMs };
}

function progressText(
  { jobs, trouble }: Poll,
  isReached: (job: JobDescription) => boolean,
  startedMs: number,
) {
  const waiting = jobs.filter((job) => !isReached(job));
  const names = waiting.slice(0, 3).map((job) => `${job.name ?? job.id} ${job.status}`);
  const more = waiting.length > names.length ? ` and ${waiting.length - names.length} more` : "";
  const after = formatDuration((Date.now() - startedMs) / 1000);
  const fault = trouble === undefined ? "" : "; the platform does not answer, trying again";
  return `${jobs.length - waiting.length} of ${jobs.length} there after ${after}; waiting for ${names.join(", ")}${more}${fault}`;
}

/** The first job to print a matching line ends the wait for all. */
async function untilLine(
  pattern: string,
  { jobs, deadlineMs }: Wait,
  { caller, signal, progress }: Call,
): Promise<Outcome> {
  const { platform } = caller;
  if (jobs.length > MAX_WATCHED)
    throw new InvalidInputError(
      `until: "log" watches at most ${MAX_WATCHED} jobs; ${jobs.length} were named.`,
    );
  const redact = redactorFor(caller, jobs);
  const matcher = lineMatcher(pattern, { redact });
  const found = new AbortController();
  let match: Outcome["match"];
  const unread: JobDescription[] = [];
  let trouble: string | undefined;
  const watchOne = async (job: JobDescription) => {
    const onLine = () => progress(`reading the log of ${nameOf(job)}`);
    const options = { job, isMatch: matcher(), keep: 1, deadlineMs, stop: found.signal, onLine };
    const watched = await watchLog(platform, options, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      trouble = passing(error).message;
      return { matched: false, lines: [], ended: false, isWhole: false };
    });
    const { matched, lines, ended, isWhole } = watched;
    if (!(ended && isWhole)) unread.push(job);
    if (!matched || match !== undefined) return;
    const line = redact(showText(lines.at(-1)?.text ?? "")).text;
    match = { job, line: fitLine(line, MAX_LINE_CHARS, compileSearch(pattern).indexIn(line)) };
    found.abort();
  };
  await Promise.all(jobs.map(watchOne));
  const seen = await lastSeen(jobs, platform, signal);
  return { finished: match !== undefined, jobs: seen, match, trouble, unread };
}

async function lastSeen(
  jobs: JobDescription[],
  platform: Platform,
  signal: AbortSignal,
): Promise<JobDescription[]> {
  const poll = startPoll(jobs, platform);
  await poll.refresh(signal, Date.now() + LAST_LOOK_MS);
  return poll.jobs;
}

function answer(args: WaitArguments, outcome: Outcome, { startedMs, me }: { startedMs: number; me: string }) {
  const { finished, jobs, match, trouble, gone = new Map<string, PlatformError>() } = outcome;
  const nowMs = Date.now();
  const waited = Math.round((nowMs - startedMs) / 100) / 10;
  const text = [
    `finished: ${finished}, after ${waited} s of waiting.`,
    ...stateLines(jobs, { nowMs, me }),
    ...goneLines(outcome),
    ...(trouble === undefined ? [] : [troubleText(trouble, outcome.asOfMs, nowMs)]),
    ...(match === undefined ? [] : [fenceOutput(match.line, `matching line of ${nameOf(match.job)}`)]),
    nextCallOf(args, outcome),
  ].join("\n");
  const data = {
    finished,
    waited_seconds: waited,
    jobs:
      jobs.length <= MAX_NAMED
        ? jobs.map((job) => stateData(job, me))
        : jobs.map(({ id, status }) => ({ id, status })),
    ...(match === undefined ? {} : { matched: { job: match.job.id, line: match.line } }),
    ...(trouble === undefined ? {} : { trouble }),
    ...(trouble === undefined || outcome.asOfMs === undefined
      ? {}
      : { as_of: formatInstant(outcome.asOfMs) }),
    ...(gone.size === 0 ? {} : { gone: [...gone.keys()] }),
  };
  return { text, data, jobs };
}

/** What is told may be old: how old, and why. */
function troubleText(trouble: string, asOfMs: number | undefined, nowMs: number): string {
  if (asOfMs === undefined) return `The platform did not answer the last time it was asked: ${trouble}`;
  const age = formatDuration((nowMs - asOfMs) / 1000);
  return `No answer since ${formatInstant(asOfMs)}, ${age} ago, so this is how things stood then: ${trouble}`;
}

function goneLines({ jobs, gone }: Outcome): string[] {
  return jobs.flatMap((job) => {
    const error = gone?.get(job.id);
    if (error === undefined) return [];
    return [`${nameOf(job)} can no longer be read; it was ${job.status} when last seen. ${error.message}`];
  });
}

/** One line a job; of many those that need attention, and the counts. */
function stateLines(jobs: JobDescription[], view: View): string[] {
  if (jobs.length <= MAX_NAMED) return jobs.map((job) => stateLine(job, view));
  const urgency = ({ status }: JobDescription) =>
    ["failed", "cancelled", "pending", "suspended"].indexOf(status);
  const rank = (job: JobDescription) => (urgency(job) < 0 ? Number.POSITIVE_INFINITY : urgency(job));
  const named = [...jobs].sort((a, b) => rank(a) - rank(b) || 0).slice(0, MAX_NAMED);
  return [
    `${jobs.length} jobs: ${countsText(countStatuses(jobs))}. The ${MAX_NAMED} to look at first:`,
    ...named.map((job) => stateLine(job, view)),
  ];
}
