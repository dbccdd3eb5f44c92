import type { NextCall } from "../../jobs/next-call.ts";
import type { LogQuestion } from "../../jobs/output/log-page.ts";

/** The most jobs whose logs are read at once. */
export const MOST_JOBS = 20;

/** What to read of whose logs. Named as job_logs names it, since the calls that read on repeat it. */
export interface LogQuery extends LogQuestion {
  jobs?: string[] | undefined;
  tags?: string[] | undefined;
  status?: ("running" | "succeeded" | "failed" | "cancelled")[] | undefined;
  lines?: number | undefined;
  context?: number | undefined;
  ignore_case?: boolean | undefined;
  newest_first?: boolean | undefined;
  wait_seconds?: number | undefined;
  cursor?: string | undefined;
  timestamps?: boolean | undefined;
  project?: string | undefined;
}

/** The same of a few of its jobs. */
export function sameOf(query: LogQuery, jobs: readonly { id: string }[]): NextCall {
  const { jobs: _jobs, tags: _tags, status: _status, cursor: _cursor, ...same } = query;
  return { tool: "job_logs", arguments: { jobs: jobs.map(({ id }) => id), ...same } };
}
