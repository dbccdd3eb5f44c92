import { type JobDescription, type JobTelemetry, Limit, PlatformError, type Where } from "../client/index.ts";
import { nameOf, stateLine } from "../jobs/standing.ts";
import { counted } from "../jobs/words.ts";
import type { Asking, Call } from "./caller.ts";
import { resolveOne } from "./find/index.ts";
import { withoutSecretsOf } from "./quoting.ts";

/** What was measured of a job. */
export interface Measurement {
  job: JobDescription;
  me: string;
  samples: JobTelemetry[];
  /** Why each of some could not be read. */
  unreadable: string[];
  /** There is less than was asked for: the job may have ended, or the connection broke with `error`. */
  early?: { error?: Error };
  /** When its log got its last line; absent where that is not known. Unix milliseconds. */
  printedMs?: number | undefined;
}

/** What comes within the time; a job that ends meanwhile gives what there was. */
export async function measureJob(
  { ref, where, seconds }: { ref: string; where: Where; seconds: number },
  { caller, signal, progress }: Call,
): Promise<Measurement> {
  const { platform } = caller;
  const job = await resolveOne(platform, { ref, where }, signal);
  const { user: me } = await platform.context({ signal });
  const limit = new Limit(signal, { ms: seconds * 1000 });
  const measured: Measurement = { job, me, samples: [], unreadable: [] };
  const { samples, unreadable } = measured;
  const printed = lastPrinted(job, seconds * 1000, { caller, signal });
  const at = { where: { cluster: job.cluster_name }, onUnreadable: noteIn(unreadable) };
  try {
    for await (const sample of platform.jobs.top(job.id, at, { signal: limit.signal })) {
      samples.push(sample);
      progress(`${counted(samples.length, "sample")} of ${nameOf(job)}`);
    }
    if (!limit.isOver) measured.early = {};
  } catch (error) {
    signal.throwIfAborted();
    if (!limit.isOver && samples.length === 0)
      throw withoutSecretsOf([job], asNotRunning(error, measured), caller);
    if (!limit.isOver) measured.early = { error: error instanceof Error ? error : new Error(String(error)) };
  } finally {
    limit.close();
  }
  measured.printedMs = await printed;
  return measured;
}

/** When a job printed last; undefined where it printed nothing or its log cannot be read in time. */
async function lastPrinted(
  job: JobDescription,
  ms: number,
  { caller: { platform }, signal }: Asking,
): Promise<number | undefined> {
  const options = { job, lines: 1, limitMs: ms, silenceMs: ms, where: { cluster: job.cluster_name } };
  const tail = await platform.jobs.tail(job.id, options, { signal, timeoutMs: ms }).catch(() => undefined);
  const time = tail?.lines.at(-1)?.time;
  return time === undefined ? undefined : Date.parse(time);
}

/** Only running jobs can be measured. */
export function notRunning({ job, me }: Pick<Measurement, "job" | "me">, cause?: unknown): PlatformError {
  const stands = stateLine(job, { nowMs: Date.now(), me });
  const message = `Only running jobs can be measured. ${stands}. job_status says more.`;
  return new PlatformError("not_running", message, { cause });
}

function noteIn(texts: string[]) {
  return ({ message }: PlatformError) => void texts.push(message);
}

function asNotRunning(error: unknown, measured: Measurement): unknown {
  const isNot = error instanceof PlatformError && error.code === "not_running";
  return isNot ? notRunning(measured, error) : error;
}
