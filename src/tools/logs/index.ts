import pMap from "p-map";
import { z } from "zod";
import { type JobDescription, type Platform, PlatformError } from "../../client/index.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import type { Redact } from "../../jobs/redact/index.ts";
import { nameOf, stateLine } from "../../jobs/standing.ts";
import { formatInstant } from "../../jobs/time/durations.ts";
import { parseWindow } from "../../jobs/time/moments.ts";
import type { Call } from "../../operations/caller.ts";
import { resolveAll } from "../../operations/find/index.ts";
import { placesOf } from "../../operations/find/places.ts";
import { whereOf } from "../../operations/find/where.ts";
import { type Bearing, readCursor } from "../../operations/logs/cursor.ts";
import { lineMatcher } from "../../operations/logs/line-matcher.ts";
import { type LogPart, notRead, type ReadPlan, readLog } from "../../operations/logs/read.ts";
import { redactorFor } from "../../operations/redactor.ts";
import { defineTool } from "../define-tool.ts";
import { type LogsArguments, logsInput, MAX_JOBS } from "./arguments.ts";
import { showLogs } from "./show.ts";

const PARALLEL = 5;
/** The platform's time is known to about a second. */
const CLOCK_SLACK_MS = 2000;
/** Of the jobs of a selection, so many are counted. */
const MOST_COUNTED = 200;
const DEFAULT_WAIT_SECONDS = 45;
const DEFAULT_LINES = 100;
/** A window of time is asked for to see all of it. */
const DEFAULT_WINDOW_LINES = 2000;

export const logs = defineTool({
  name: "job_logs",
  title: "Read job logs",
  description:
    "Returns the last lines of jobs, secrets hidden. Give jobs, or tags and/or status (newest 20). grep searches, until_pattern waits for a line: regular expressions (RE2).",
  toolset: "core",
  input: logsInput,
  output: z.looseObject({
    logs: z.array(z.looseObject({})),
    next_cursor: z.string().optional(),
  }),
  effects: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  waits: (args) => secondsOf(args) || undefined,
  async run(args, context) {
    const nowMs = Date.now();
    // Mistakes in the arguments are said before anything is read.
    planOf(args, { nowMs, redact: redactorFor(context.caller, []), progress: context.progress });
    const bearings = args.cursor === undefined ? new Map<string, Bearing>() : readCursor(args.cursor);
    const isBackward = [...bearings.values()].some(({ before }) => before !== undefined);
    if (isBackward) refuseWaiting(args);
    const { jobs, beyond } = await jobsOf(args, context);
    const { user } = await context.caller.platform.context({ signal: context.signal });
    if (args.cursor !== undefined) requireOwn(jobs, { bearings, isSelection: args.jobs === undefined });
    const redact = redactorFor(context.caller, jobs);
    const plan = planOf(args, {
      nowMs,
      redact,
      progress: context.progress,
      aheadMs: context.caller.platform.nowMs() - Date.now(),
    });
    const ahead = notYet(plan, { jobs, args, platform: context.caller.platform });
    if (ahead !== undefined) return ahead;
    const parts = await readAll(jobs, { plan, bearings }, context);
    return showLogs(parts, {
      args,
      redact,
      view: { nowMs, me: user },
      isBackward,
      others: beyondText(beyond, args),
    });
  },
});

function planOf(args: LogsArguments, { nowMs, redact, progress, aheadMs = 0 }: PlanContext): ReadPlan {
  const { since, until, grep, until_pattern: pattern, ignore_case: ignoreCase } = args;
  if (grep !== undefined && pattern !== undefined)
    throw new InvalidInputError(
      "grep searches what is there, until_pattern waits for a line: give one of them.",
    );
  const seconds = secondsOf(args);
  const matcher = pattern === undefined ? () => () => false : lineMatcher(pattern, { redact, ignoreCase });
  return {
    lines: args.lines ?? (since === undefined ? DEFAULT_LINES : DEFAULT_WINDOW_LINES),
    ...parseWindow({ since, until }, nowMs + aheadMs),
    isSearch: grep !== undefined,
    ...(pattern === undefined && seconds === 0
      ? {}
      : {
          wait: {
            matcher,
            deadlineMs: nowMs + seconds * 1000,
            onLine: () => progress("reading new lines"),
            found: new AbortController(),
          },
        }),
  };
}

function secondsOf({ wait_seconds: asked, until_pattern: pattern }: LogsArguments): number {
  return asked ?? (pattern === undefined ? 0 : DEFAULT_WAIT_SECONDS);
}

interface PlanContext {
  nowMs: number;
  redact: Redact;
  progress: (message: string) => void;
  /** How far the platform's clock, which times in a log are of, is ahead of ours. */
  aheadMs?: number;
}

/** The answer where the time asked for is still to come: there is nothing to read, and no place to read on from. */
function notYet(
  { since }: ReadPlan,
  { jobs, args, platform }: { jobs: JobDescription[]; args: LogsArguments; platform: Platform },
) {
  const nowMs = platform.nowMs();
  if (since === undefined || since.getTime() <= nowMs + CLOCK_SLACK_MS) return undefined;
  const times = `${formatInstant(since.getTime())} lies in the future, it is ${formatInstant(nowMs)} (UTC)`;
  const data = jobs.map((job) => ({ job: nameOf(job), id: job.id, status: job.status, log: "" }));
  return {
    text: `since: ${times}: nothing can have been printed then, and nothing was read. Give an earlier time, e.g. ${JSON.stringify({ ...args, since: "10m" })}`,
    data: { logs: data },
    jobs,
  };
}

function refuseWaiting({ until_pattern, wait_seconds }: LogsArguments): void {
  if (until_pattern !== undefined || wait_seconds !== undefined)
    throw new InvalidInputError(
      "This cursor leads to older lines, for which nobody has to wait: leave out until_pattern and wait_seconds, or the cursor.",
    );
}

/** A place in one log is none in another. */
function requireOwn(
  jobs: readonly JobDescription[],
  { bearings, isSelection }: { bearings: ReadonlyMap<string, Bearing>; isSelection: boolean },
): void {
  const strangers = jobs.filter(({ id }) => !bearings.has(id));
  // Jobs that have come to a selection since are read from their end.
  if (strangers.length === 0 || (isSelection && strangers.length < jobs.length)) return;
  const names = strangers.slice(0, 3).map(({ id, name }) => (name === undefined ? id : `${name} (${id})`));
  throw new InvalidInputError(
    `cursor belongs to another call: it has no place in the log of ${names.join(", ")}. Leave it out to read the end of the log.`,
  );
}

interface Selected {
  jobs: JobDescription[];
  /** Those that the selection has beyond the most that are read at once, as far as they were looked at. */
  beyond: JobDescription[];
}

async function jobsOf(args: LogsArguments, { caller: { platform }, signal }: Call): Promise<Selected> {
  const { jobs: refs, tags, status: statuses, project: at } = args;
  if ((refs === undefined) === (tags === undefined && statuses === undefined))
    throw new InvalidInputError("Give jobs, or else tags and/or status, to say whose logs to read.");
  const where = whereOf(at);
  if (refs !== undefined) return { jobs: await resolveAll(platform, { refs, where }, signal), beyond: [] };
  const { filter } = placesOf(at === undefined ? [] : [at], await platform.context({ signal }));
  const found: JobDescription[] = [];
  const wanted = { ...filter, tags, statuses, reverse: true, limit: MOST_COUNTED };
  for await (const job of platform.jobs.list(wanted, { signal })) found.push(job);
  if (found.length === 0)
    throw new InvalidInputError("No job has these tags and states: job_list shows what there is.");
  return { jobs: found.slice(0, MAX_JOBS), beyond: found.slice(MAX_JOBS) };
}

/** The call for the next of the jobs that were too many. */
function beyondText(beyond: readonly JobDescription[], args: LogsArguments): string[] {
  if (beyond.length === 0) return [];
  const { tags: _tags, status: _status, cursor: _cursor, ...same } = args;
  const next = { jobs: beyond.slice(0, MAX_JOBS).map(({ id }) => id), ...same };
  const isMore = beyond.length + MAX_JOBS >= MOST_COUNTED;
  const which = beyond.length > MAX_JOBS ? `, the next ${MAX_JOBS} of them` : "";
  return [
    `${beyond.length}${isMore ? " or more" : ""} older jobs of this selection not shown${which}: job_logs ${JSON.stringify(next)}`,
  ];
}

/** A few at a time, in the order of the jobs. */
async function readAll(
  jobs: JobDescription[],
  { plan, bearings }: { plan: ReadPlan; bearings: ReadonlyMap<string, Bearing> },
  { caller: { platform }, signal }: Call,
): Promise<LogPart[]> {
  const failures: PlatformError[] = [];
  const readOne = async (job: JobDescription) => {
    const bearing = bearings.get(job.id);
    try {
      return await readLog(platform, { job, plan, bearing }, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof PlatformError)) throw error;
      failures.push(error);
      return notRead(job, error, { bearing, since: plan.since });
    }
  };
  const concurrency = plan.wait === undefined ? PARALLEL : Math.max(1, jobs.length);
  const parts = await pMap(jobs, readOne, { concurrency });
  const [first] = failures;
  if (first !== undefined && failures.length === jobs.length) throw await withNextStep(first, jobs, platform);
  return parts;
}

async function withNextStep(
  error: PlatformError,
  jobs: readonly JobDescription[],
  platform: Platform,
): Promise<PlatformError> {
  // The platform that says when to come back is not asked again before.
  if (error.code !== "unavailable" || (error.retryAfterMs ?? 0) > 0) return error;
  const view = { nowMs: Date.now(), me: (await platform.context()).user };
  const states = jobs.slice(0, 3).map((job) => stateLine(job, view));
  const message = `${error.message.replace(/\.?$/, ".")} It was tried several times; the jobs are not touched by that (${states.join("; ")}). Call job_logs again in a moment.`;
  return new PlatformError("unavailable", message, { cause: error });
}
