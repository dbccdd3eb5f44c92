import { z } from "zod";
import { isFinished, type JobDescription, type Platform, Retry } from "../client/index.ts";
import { formatDuration } from "../jobs/durations.ts";
import { fenceOutput } from "../jobs/fence.ts";
import { keepsRestarting, timesRestarted, timesText } from "../jobs/fresh-starts.ts";
import { compileSearch } from "../jobs/grep.ts";
import { InvalidInputError } from "../jobs/invalid-input.ts";
import { fitLine } from "../jobs/log-text.ts";
import { countStatuses, countsText } from "../jobs/rows.ts";
import { showText } from "../jobs/terminal.ts";
import { jobRefs, project, whereOf } from "./args.ts";
import { defineTool, type ToolContext } from "./define-tool.ts";
import { lineMatcher } from "./line-matcher.ts";
import { watchLog } from "./log-watch.ts";
import { type Poll, passing, patiently, pauseFor, startPoll } from "./poll.ts";
import { redactorFor } from "./redactor.ts";
import { refsAgain, resolveAll } from "./resolve.ts";
import { nameOf, stateData, stateLine, statusText } from "./rows.ts";

const POLL_MS = 1000;
/** One stream a job. */
const MAX_WATCHED = 10;
const MAX_LINE_CHARS = 500;
const LAST_LOOK_MS = 3000;
/** Jobs named one by one in the text. */
const MAX_NAMED = 20;

/** What `run` gets. */
interface WaitArguments {
  jobs: string[];
  until: "running" | "finished" | "log";
  pattern?: string | undefined;
  wait_seconds: number;
  project?: string | undefined;
}

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
  async run(args, context) {
    const { jobs: refs, until, pattern, wait_seconds, project: at } = args;
    if ((until === "log") !== (pattern !== undefined))
      throw new InvalidInputError('pattern goes with until: "log", and until: "log" needs a pattern.');
    const startedMs = Date.now();
    const deadlineMs = startedMs + wait_seconds * 1000;
    const jobs = await patiently(deadlineMs, context.signal, (signal) =>
      resolveAll(context.platform, { refs, where: whereOf(at) }, signal),
    );
    const wait = { jobs, deadlineMs, startedMs };
    const outcome =
      pattern === undefined
        ? await untilState(until === "running" ? hasStarted : hasEnded, wait, context)
        : await untilLine(pattern, wait, context);
    return answer(args, outcome, startedMs);
  },
});

interface Wait {
  jobs: JobDescription[];
  startedMs: number;
  deadlineMs: number;
}

interface Outcome {
  finished: boolean;
  jobs: JobDescription[];
  /** A fault of the platform that had not passed at the end. */
  trouble?: string | undefined;
  match?: { job: JobDescription; line: string } | undefined;
  /** Those whose log was not read from its first line to its end. */
  unread?: JobDescription[];
}

const hasEnded = ({ status }: JobDescription) => isFinished(status);
const hasStarted = ({ status }: JobDescription) => status === "running" || isFinished(status);

async function untilState(
  isReached: (job: JobDescription) => boolean,
  { jobs, startedMs, deadlineMs }: Wait,
  { platform, signal, progress }: ToolContext,
): Promise<Outcome> {
  const poll = startPoll(jobs, platform);
  const retry = new Retry(POLL_MS);
  let pauseMs = POLL_MS;
  while (!poll.jobs.every(isReached)) {
    const leftMs = deadlineMs - Date.now();
    if (leftMs <= 0) break;
    progress(progressText(poll, isReached, startedMs));
    if ((poll.trouble?.retryAfterMs ?? 0) > leftMs) break;
    await pauseFor(Math.min(pauseMs, leftMs), signal);
    await poll.refresh(signal, deadlineMs);
    if (poll.trouble === undefined) retry.succeeded();
    pauseMs = poll.trouble === undefined ? POLL_MS : retry.afterFailure(poll.trouble);
  }
  return { finished: poll.jobs.every(isReached), jobs: poll.jobs, trouble: poll.trouble?.message };
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
  { platform, session, signal, progress }: ToolContext,
): Promise<Outcome> {
  if (jobs.length > MAX_WATCHED)
    throw new InvalidInputError(
      `until: "log" watches at most ${MAX_WATCHED} jobs; ${jobs.length} were named.`,
    );
  const redact = redactorFor(session, jobs);
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

function answer(args: WaitArguments, outcome: Outcome, startedMs: number) {
  const { finished, jobs, match, trouble } = outcome;
  const nowMs = Date.now();
  const waited = Math.round((nowMs - startedMs) / 100) / 10;
  const text = [
    `finished: ${finished}, after ${waited} s of waiting.`,
    ...stateLines(jobs, nowMs),
    ...(trouble === undefined ? [] : [`The platform did not answer the last time it was asked: ${trouble}`]),
    ...(match === undefined ? [] : [fenceOutput(match.line, `matching line of ${nameOf(match.job)}`)]),
    nextCall(args, outcome),
  ].join("\n");
  const data = {
    finished,
    waited_seconds: waited,
    jobs: jobs.length <= MAX_NAMED ? jobs.map(stateData) : jobs.map(({ id, status }) => ({ id, status })),
    ...(match === undefined ? {} : { matched: { job: match.job.id, line: match.line } }),
    ...(trouble === undefined ? {} : { trouble }),
  };
  return { text, data, jobs };
}

/** One line a job; of many those that need attention, and the counts. */
function stateLines(jobs: JobDescription[], nowMs: number): string[] {
  if (jobs.length <= MAX_NAMED) return jobs.map((job) => stateLine(job, nowMs));
  const urgency = ({ status }: JobDescription) =>
    ["failed", "cancelled", "pending", "suspended"].indexOf(status);
  const rank = (job: JobDescription) => (urgency(job) < 0 ? Number.POSITIVE_INFINITY : urgency(job));
  const named = [...jobs].sort((a, b) => rank(a) - rank(b) || 0).slice(0, MAX_NAMED);
  return [
    `${jobs.length} jobs: ${countsText(countStatuses(jobs))}. The ${MAX_NAMED} to look at first:`,
    ...named.map((job) => stateLine(job, nowMs)),
  ];
}

function call(tool: string, given: object): string {
  return `Next: ${tool} ${JSON.stringify(given)}`;
}

function nextCall({ jobs: refs, ...args }: WaitArguments, outcome: Outcome): string {
  const { finished, jobs, match, unread = [] } = outcome;
  if (match !== undefined) return call("job_logs", { jobs: [match.job.id] });
  const { project } = args;
  if (unread.length > 0 && jobs.every(hasEnded)) {
    const search = call("job_logs", { jobs: refsAgain(unread, { refs, project }), grep: args.pattern });
    return `No line matched in what was read, which is not the whole log of ${unread.map(nameOf).join(", ")}. ${search}`;
  }
  const failed = jobs.filter(({ status }) => status === "failed" || status === "cancelled");
  if (failed.length > 0 && jobs.every(hasEnded))
    return call("job_status", { jobs: refsAgain(failed, { refs, project }).slice(0, MAX_NAMED) });
  const again = { jobs: refs.slice(0, MAX_NAMED), project };
  if (args.until === "log" && jobs.every(hasEnded))
    return `No line matched and none will: all have ended. ${call("job_logs", again)}`;
  if (finished) return call("job_logs", again);
  const wait = { jobs: refs, ...args };
  const stuck = jobs.filter((job) => isStuck(job) || keepsRestarting(job, Date.now()));
  if (stuck.length === 0) return call("job_wait", wait);
  const named = refsAgain(stuck, { refs, project }).slice(0, MAX_NAMED);
  return `${call("job_status", { jobs: named })} says why ${stuckText(stuck)} and what would help. To wait all the same: job_wait ${JSON.stringify(wait)}`;
}

/** Waiting for what does not begin by itself helps nobody. */
function isStuck({ status, history }: JobDescription): boolean {
  if (status !== "pending") return false;
  const { reason = "", created_at = "" } = history;
  return NOT_BY_ITSELF.test(reason) || Date.now() - Date.parse(created_at) > LONG_PENDING_MS;
}

function stuckText([first, ...others]: JobDescription[]): string {
  const who = first === undefined ? "" : `${nameOf(first)} ${troubleOf(first)}`;
  return others.length === 0 ? who : `${who}, and ${others.length} more`;
}

function troubleOf(job: JobDescription): string {
  if (job.status === "pending") return `has not started (${statusText(job)})`;
  return `was restarted ${timesText(timesRestarted(job))} (restart policy ${job.restart_policy})`;
}

/** Source: protocol reference 3.11. */
const NOT_BY_ITSELF = /^(ErrImagePull|ImagePullBackOff|InvalidImageName|DiskUnavailable)$|quota/i;
const LONG_PENDING_MS = 600_000;
