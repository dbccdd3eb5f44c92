import type { JobStatus } from "../../client/index.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import type { NextCall } from "../../jobs/next-call.ts";
import { compileSearch } from "../../jobs/output/grep.ts";
import type { LogQuestion } from "../../jobs/output/page.ts";
import { siftFor } from "../../jobs/output/sift.ts";
import type { Redact } from "../../jobs/redact/index.ts";
import { parseWindow } from "../../jobs/time/moments.ts";
import type { SearchWanted } from "./found.ts";
import type { Lead } from "./lead.ts";
import { type LineMatch, lineMatcher } from "./matcher.ts";

/** The most jobs whose logs are read at once. */
export const MOST_JOBS = 20;

const DEFAULT_WAIT_SECONDS = 45;
const DEFAULT_LINES = 100;
/** The most matches shown by default, the newest ones. */
export const MOST_MATCHES = 100;
/** Whoever names a time wants everything since. */
const DEFAULT_WINDOW_LINES = 2000;
/** Who looks for the first match rarely needs more, and the cursor leads on. */
const DEFAULT_FIRST_MATCHES = 20;

/** What to read of whose logs. Keys are those of job_logs: the calls that read on repeat them. */
export interface LogQuery extends LogQuestion {
  jobs?: string[] | undefined;
  tags?: string[] | undefined;
  status?: JobStatus[] | undefined;
  /** Which lines: the first ones, or by default the last ones. */
  from?: "start" | "end" | undefined;
  lines?: number | undefined;
  context?: number | undefined;
  ignore_case?: boolean | undefined;
  newest_first?: boolean | undefined;
  wait_seconds?: number | undefined;
  cursor?: string | undefined;
  timestamps?: boolean | undefined;
  /** Tell where lines have colours. */
  colors?: boolean | undefined;
  project?: string | undefined;
}

/** The same query for some of its jobs. */
export function sameOf(query: LogQuery, jobs: readonly { id: string }[]): NextCall {
  const { jobs: _jobs, tags: _tags, status: _status, cursor: _cursor, ...same } = query;
  return { tool: "job_logs", arguments: { jobs: jobs.map(({ id }) => id), ...same } };
}

/** How long the query waits for new lines. */
export function waitSecondsOf({ wait_seconds: asked, until_pattern: pattern }: LogQuery): number {
  return asked ?? (pattern === undefined ? 0 : DEFAULT_WAIT_SECONDS);
}

/** What to read of each log. */
export interface ReadPlan {
  lines: number;
  since?: Date | undefined;
  until?: Date | undefined;
  /** What to search for. */
  search: SearchWanted | undefined;
  /** The first lines are wanted, or the next ones of a reading that began there. */
  isFromStart: boolean;
  /** With both: makes what tells, line after line, whether enough was found. */
  enough?: ((lead?: Lead) => LineMatch) | undefined;
  wait?: LogWait | undefined;
}

/** Waiting for new lines, until one matches in any of the logs. */
export interface LogWait {
  matcher: (lead?: Lead) => LineMatch;
  /** It waits for a line that matches. */
  isSearch: boolean;
  deadlineMs: number;
  onLine: () => void;
  found: AbortController;
}

interface PlanOptions {
  nowMs: number;
  redact: Redact;
  /** Called for each new line while waiting. */
  onLine: () => void;
  /** How far the platform's clock, which stamps the lines, is ahead of ours. */
  aheadMs?: number;
  isFromStart: boolean;
}

/** What a query means for each log. @throws {InvalidInputError} it contradicts itself */
export function planOf(query: LogQuery, options: PlanOptions): ReadPlan {
  const { nowMs, redact, onLine, aheadMs = 0, isFromStart } = options;
  const { since, until, grep, until_pattern: pattern, ignore_case: ignoreCase } = query;
  if (grep !== undefined && pattern !== undefined)
    throw new InvalidInputError(
      "grep searches what is there, until_pattern waits for a line: give one of them.",
      { argument: "grep" },
    );
  const seconds = waitSecondsOf(query);
  const matcher = pattern === undefined ? () => () => false : lineMatcher(pattern, { redact, ignoreCase });
  const isWait = pattern !== undefined || seconds > 0;
  return {
    lines: query.lines ?? (since === undefined ? DEFAULT_LINES : DEFAULT_WINDOW_LINES),
    ...parseWindow({ since, until }, nowMs + aheadMs),
    search: grep === undefined ? undefined : searchWanted(query, { grep, redact }),
    isFromStart,
    enough: isFromStart && grep !== undefined ? enoughOf(query, { grep, redact }) : undefined,
    wait: isWait
      ? {
          matcher,
          isSearch: pattern !== undefined,
          deadlineMs: performance.now() + seconds * 1000,
          onLine,
          found: new AbortController(),
        }
      : undefined,
  };
}

/** How to search a log as it is shown: secrets hidden. */
function searchWanted(
  { ignore_case: ignoreCase = false, invert = false, context = 0, lines = MOST_MATCHES }: LogQuery,
  { grep, redact }: { grep: string; redact: Redact },
): SearchWanted {
  const { test } = compileSearch(grep, { ignoreCase });
  const matches = (text: string) => test(text) !== invert;
  return { matches, sift: siftFor(grep, { ignoreCase, invert }), context, most: lines, redact };
}

/** True for the line behind which nothing more is needed: the last match wanted, or of the lines shown after it. */
function enoughOf(
  { lines: most = DEFAULT_FIRST_MATCHES, context = 0, ignore_case: ignoreCase, invert = false }: LogQuery,
  { grep, redact }: { grep: string; redact: Redact },
): (lead?: Lead) => LineMatch {
  const matcher = lineMatcher(grep, { redact, ignoreCase, invert, isLazy: true });
  return (lead) => {
    const isMatch = matcher(lead);
    let wanted = most;
    let behind = context;
    return (line) => {
      const isFound = isMatch(line);
      if (wanted === 0) behind -= 1;
      else if (isFound) wanted -= 1;
      return wanted === 0 && behind <= 0;
    };
  };
}
