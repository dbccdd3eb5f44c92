import { type Cursor, type JobDescription, type LogTail, msLeft, PlatformError } from "../../client/index.ts";
import { MetricReader } from "../../jobs/metrics/index.ts";
import { cleanLines, type LogLine } from "../../jobs/output/lines.ts";
import type { Redact } from "../../jobs/redact/index.ts";
import { keyAfter } from "../../jobs/redact/private-keys.ts";
import { hasRun } from "../../jobs/standing.ts";
import type { Asking } from "../caller.ts";
import { LEAD_LINES } from "../logs/lead.ts";
import { lastLines } from "../logs/read.ts";
import { withoutSecretsOf } from "../quoting.ts";

const LAST_LINES = 1000;
const MOST_BYTES = 64 * 1024;
/** What all ends of logs may hold together. */
const ALL_ENDS_BYTES = 4 * 1024 * 1024;
const PAGE = { lines: 5000, maxBytes: 1024 * 1024 };
/** What all histories may hold together: some seconds of reading and looking. */
const ALL_HISTORY_BYTES = 32 * 1024 * 1024;
/** How long to wait for the first byte of a running job: one that prints nothing holds up those that do. */
const SILENCE_MS = 1500;
/** With less time left the rest of a history is given up, so that there is an answer. */
const LEAST_MS = 4000;

/** The metrics of one job, and how much of its log they are from. */
export interface JobMetrics {
  metrics: MetricReader;
  /** The whole log was read. */
  isWhole: boolean;
  linesRead: number;
  /** Why there is nothing to read, or why it was not read. */
  without?: "never ran" | "log removed" | "silent" | { code: string; message: string };
}

/** Shared by all jobs of a call. */
export interface Allowance {
  /** Bytes of each end. */
  endBytes: number;
  /** Bytes of histories still to be had. */
  historyBytes: number;
}

export function allowanceFor(jobs: number): Allowance {
  const endBytes = Math.min(MOST_BYTES, Math.floor(ALL_ENDS_BYTES / Math.max(1, jobs)));
  return { endBytes, historyBytes: ALL_HISTORY_BYTES };
}

interface Wanted {
  job: JobDescription;
  redact: Redact;
  history: boolean;
  allowance: Allowance;
}

/** Reads a job's metrics from the end of its log, or from all of it. One that cannot be read hides no other. */
export async function readMetrics(wanted: Wanted, call: Asking): Promise<JobMetrics> {
  const metrics = new MetricReader();
  const { job, history } = wanted;
  const nothing = { metrics, isWhole: true, linesRead: 0 };
  if (job.logs_removed) return { ...nothing, without: "log removed" };
  if (!hasRun(job)) return { ...nothing, without: "never ran" };
  try {
    const read = history ? await readWhole(wanted, metrics, call) : await readEnd(wanted, metrics, call);
    return { metrics, ...read };
  } catch (error) {
    call.signal.throwIfAborted();
    if (!(error instanceof PlatformError)) throw error;
    const { code, message } = withoutSecretsOf([job], error, call.caller);
    return { metrics, isWhole: false, linesRead: 0, without: { code, message } };
  }
}

type Read = Pick<JobMetrics, "isWhole" | "linesRead" | "without">;

/** Nothing came, and the platform did not say that there is nothing. */
function silentIf(linesRead: number, ending: LogTail["ending"]): Pick<JobMetrics, "without"> {
  return linesRead === 0 && ending !== "closed" && ending !== "caught_up" ? { without: "silent" } : {};
}

async function readEnd(
  { job, redact, allowance }: Wanted,
  metrics: MetricReader,
  { caller, signal }: Asking,
): Promise<Read> {
  const options = { job, lines: LAST_LINES, maxBytes: allowance.endBytes, silenceMs: SILENCE_MS };
  const { lines, lead, reachedStart, ending } = await lastLines(caller.platform, options, signal);
  const clean = cleanLines(lines, redact).filter(({ from }) => from >= lead);
  for (const line of clean) metrics.read(line);
  const linesRead = lines.length - lead;
  return { isWhole: reachedStart, linesRead, ...silentIf(linesRead, ending) };
}

/** From the first line on, page by page. Where that is too much, the end is read as well: the last values count. */
async function readWhole(wanted: Wanted, metrics: MetricReader, call: Asking): Promise<Read> {
  const { job, redact, allowance } = wanted;
  const { platform } = call.caller;
  let after: Cursor | undefined;
  let inKey: number | undefined;
  let lead: LogLine[] = [];
  let linesRead = 0;
  while (allowance.historyBytes > 0 && msLeft(call.signal) > LEAST_MS) {
    const page = await platform.jobs.tail(
      job.id,
      { job, first: true, after, silenceMs: SILENCE_MS, ...PAGE },
      { signal: call.signal },
    );
    const clean: LogLine[] = cleanLines(page.lines, redact, { inKey, lead });
    for (const line of clean) metrics.read(line);
    inKey = keyAfter(
      page.lines.map(({ text }) => text),
      inKey,
    );
    lead = page.lines.slice(-LEAD_LINES);
    allowance.historyBytes -= page.bytesRead;
    linesRead += page.lines.length;
    if (!page.more) return { isWhole: true, linesRead, ...silentIf(linesRead, page.ending) };
    after = page.cursor;
  }
  const end = await readEnd(wanted, metrics, call);
  return { isWhole: false, linesRead: linesRead + end.linesRead };
}
