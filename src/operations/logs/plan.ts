import { InvalidInputError } from "../../jobs/invalid-input.ts";
import type { Redact } from "../../jobs/redact/index.ts";
import { parseWindow } from "../../jobs/time/moments.ts";
import { lineMatcher } from "./line-matcher.ts";
import type { LogQuery } from "./query.ts";
import type { ReadPlan } from "./read.ts";

const DEFAULT_WAIT_SECONDS = 45;
const DEFAULT_LINES = 100;
/** A window of time is asked for to see all of it. */
const DEFAULT_WINDOW_LINES = 2000;

interface PlanOptions {
  nowMs: number;
  redact: Redact;
  /** Is told of each new line while waiting. */
  onLine: () => void;
  /** How far the platform's clock, which times in a log are of, is ahead of ours. */
  aheadMs?: number;
}

/** What a query means for each log. @throws {InvalidInputError} it contradicts itself */
export function planOf(query: LogQuery, { nowMs, redact, onLine, aheadMs = 0 }: PlanOptions): ReadPlan {
  const { since, until, grep, until_pattern: pattern, ignore_case: ignoreCase } = query;
  if (grep !== undefined && pattern !== undefined)
    throw new InvalidInputError(
      "grep searches what is there, until_pattern waits for a line: give one of them.",
    );
  const seconds = waitSecondsOf(query);
  const matcher = pattern === undefined ? () => () => false : lineMatcher(pattern, { redact, ignoreCase });
  const isWait = pattern !== undefined || seconds > 0;
  return {
    lines: query.lines ?? (since === undefined ? DEFAULT_LINES : DEFAULT_WINDOW_LINES),
    ...parseWindow({ since, until }, nowMs + aheadMs),
    isSearch: grep !== undefined,
    wait: isWait
      ? { matcher, deadlineMs: nowMs + seconds * 1000, onLine, found: new AbortController() }
      : undefined,
  };
}

/** How long the query is to wait for new lines. */
export function waitSecondsOf({ wait_seconds: asked, until_pattern: pattern }: LogQuery): number {
  return asked ?? (pattern === undefined ? 0 : DEFAULT_WAIT_SECONDS);
}
