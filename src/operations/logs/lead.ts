import type { Cursor, JobDescription, LogLine, Platform } from "../../client/index.ts";
import type { InKey } from "../../jobs/redact/private-keys.ts";

/** Lines read before the first one shown, so that a secret that began there is still recognised. */
export const LEAD_LINES = 100;

/** What is known of what stands before some lines. */
export interface Lead {
  inKey?: InKey | undefined;
  /** The last lines before them. */
  lines?: readonly LogLine[] | undefined;
}

/** The lines before a place, for redaction only. */
export async function linesBefore(
  platform: Platform,
  { job, place }: { job: JobDescription; place: Cursor },
  signal: AbortSignal,
): Promise<LogLine[]> {
  const options = { job, before: place, lines: LEAD_LINES };
  const { lines } = await platform.jobs.tail(job.id, options, { signal });
  return lines;
}
