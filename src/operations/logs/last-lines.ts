import type { Cursor, JobDescription, LogTail, Platform, TailOptions } from "../../client/index.ts";
import { mayBeginInKey } from "../../jobs/redact/key-guard.ts";

/** Lines read before the first one shown, so that a secret that began there is still known for one. */
export const CONTEXT_LINES = 100;
/** The longest private key takes no more. */
const KEY_LINES = 1000;

/** The end of a log; its first lines may be there for redaction only. */
export interface LedTail extends LogTail {
  lead: number;
}

type Options = Omit<TailOptions, "lines" | "job"> & { lines: number; after?: Cursor | undefined };

/** The last lines of a log, with as many before them as it takes to know what is secret in them. */
export async function lastLines(
  platform: Platform,
  { job, lines, ...options }: Options & { job: JobDescription },
  signal: AbortSignal,
): Promise<LedTail> {
  const read = (lead: number) =>
    platform.jobs.tail(job.id, { ...options, lines: lines + lead, job }, { signal });
  let tail = await read(CONTEXT_LINES);
  const isUnsure = !tail.reachedStart && mayBeginInKey(tail.lines.map(({ text }) => text));
  if (isUnsure) tail = await read(KEY_LINES);
  const lead = Math.max(0, tail.lines.length - lines);
  return { ...tail, lead, reachedStart: tail.reachedStart && lead === 0 };
}
