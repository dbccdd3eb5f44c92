import pMap from "p-map";
import { isFinished, type JobDescription, PlatformError } from "../../client/index.ts";
import { cleanLines, fitLine } from "../../jobs/output/lines.ts";
import { hasRun } from "../../jobs/standing.ts";
import { type Asking, redactorFor } from "../caller.ts";
import { lastLines } from "../logs/read.ts";
import { within } from "../within.ts";

const MOST_JOBS = 20;
const PARALLEL = 8;
/** For all logs together: a preview does not wait for one that is silent. */
const READ_MS = 3000;
/** A last line may be blank. */
const LINES = 3;
const MAX_CHARS = 160;

/** The last line that each job printed, by id, secrets hidden; what cannot be read in time is left out. */
export async function lastWords(
  jobs: readonly JobDescription[],
  { caller, signal }: Asking,
): Promise<Map<string, string>> {
  const running = jobs.filter((job) => hasRun(job) && !isFinished(job.status)).slice(0, MOST_JOBS);
  const redact = redactorFor(caller, running);
  const words = new Map<string, string>();
  const readNext = async (job: JobDescription, until: AbortSignal) => {
    const { lines } = await lastLines(caller.platform, { job, lines: LINES }, until);
    const last = cleanLines(lines, redact).findLast(({ text }) => text.trim() !== "");
    if (last !== undefined) words.set(job.id, fitLine(last, { maxChars: MAX_CHARS }));
  };
  const readAll = (until: AbortSignal) =>
    pMap(running, (job) => readNext(job, until).catch(unlessFaulty), { concurrency: PARALLEL });
  await within(signal, readAll, READ_MS).catch(unlessFaulty);
  signal.throwIfAborted();
  return words;
}

/** A decision can do without a log. */
function unlessFaulty(error: unknown): void {
  if (!(error instanceof PlatformError || (error instanceof Error && error.name === "AbortError")))
    throw error;
}
