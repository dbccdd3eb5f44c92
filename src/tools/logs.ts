import { z } from "zod";
import type { Cursor, JobDescription } from "../client/index.ts";
import { InvalidInputError } from "../jobs/invalid-input.ts";
import { parseWindow } from "../jobs/moments.ts";
import type { Redact } from "../jobs/redact/redact.ts";
import { whereOf } from "./args.ts";
import { defineTool, type ToolContext } from "./define-tool.ts";
import { lineMatcher } from "./line-matcher.ts";
import { type LogsArguments, logsInput, MAX_JOBS } from "./log-arguments.ts";
import { readCursor } from "./log-cursor.ts";
import { type LogPart, type ReadPlan, readLog } from "./log-read.ts";
import { showLogs } from "./log-show.ts";
import { placesOf } from "./places.ts";
import { redactorFor } from "./redactor.ts";
import { resolveAll } from "./resolve.ts";

const PARALLEL = 5;
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
  async run(args, context) {
    const nowMs = Date.now();
    // Mistakes in the arguments are said before anything is read.
    planOf(args, { nowMs, redact: redactorFor(context.session, []), progress: context.progress });
    const after = args.cursor === undefined ? new Map<string, Cursor>() : readCursor(args.cursor);
    const jobs = await jobsOf(args, context);
    const redact = redactorFor(context.session, jobs);
    const plan = planOf(args, { nowMs, redact, progress: context.progress });
    const parts = await readAll(jobs, { plan, after }, context);
    return showLogs(parts, { args, redact, nowMs });
  },
});

function planOf(args: LogsArguments, { nowMs, redact, progress }: PlanContext): ReadPlan {
  const { since, until, grep, until_pattern: pattern, ignore_case: ignoreCase } = args;
  if (grep !== undefined && pattern !== undefined)
    throw new InvalidInputError(
      "grep searches what is there, until_pattern waits for a line: give one of them.",
    );
  const seconds = args.wait_seconds ?? (pattern === undefined ? 0 : DEFAULT_WAIT_SECONDS);
  const isMatch = pattern === undefined ? () => false : lineMatcher(pattern, { redact, ignoreCase });
  return {
    lines: args.lines ?? (since === undefined ? DEFAULT_LINES : DEFAULT_WINDOW_LINES),
    ...parseWindow({ since, until }, nowMs),
    isSearch: grep !== undefined,
    ...(pattern === undefined && seconds === 0
      ? {}
      : {
          wait: {
            isMatch,
            deadlineMs: nowMs + seconds * 1000,
            onLine: () => progress("reading new lines"),
            found: new AbortController(),
          },
        }),
  };
}

interface PlanContext {
  nowMs: number;
  redact: Redact;
  progress: (message: string) => void;
}

async function jobsOf(args: LogsArguments, { platform, signal }: ToolContext): Promise<JobDescription[]> {
  const { jobs: refs, tags, status: statuses, project: at } = args;
  if ((refs === undefined) === (tags === undefined && statuses === undefined))
    throw new InvalidInputError("Give jobs, or else tags and/or status, to say whose logs to read.");
  const where = whereOf(at);
  if (refs !== undefined) return resolveAll(platform, { refs, where }, signal);
  const { filter } = placesOf(at === undefined ? [] : [at], await platform.context({ signal }));
  const found: JobDescription[] = [];
  const wanted = { ...filter, tags, statuses, reverse: true, limit: MAX_JOBS };
  for await (const job of platform.jobs.list(wanted, { signal })) found.push(job);
  if (found.length === 0)
    throw new InvalidInputError("No job has these tags and states: job_list shows what there is.");
  return found;
}

/** A few at a time, in the order of the jobs. */
async function readAll(
  jobs: JobDescription[],
  { plan, after }: { plan: ReadPlan; after: Map<string, Cursor> },
  { platform, signal }: ToolContext,
): Promise<LogPart[]> {
  const parts: LogPart[] = [];
  const waiting = [...jobs.entries()];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, job] = next;
      parts[index] = await readLog(platform, { job, plan, after: after.get(job.id) }, signal);
    }
  };
  const workers = plan.wait === undefined ? PARALLEL : jobs.length;
  await Promise.all(Array.from({ length: Math.min(workers, jobs.length) }, worker));
  return parts;
}
