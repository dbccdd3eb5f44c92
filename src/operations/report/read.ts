import { ACTIVE_STATUSES, type JobDescription, Limit, msLeft, PlatformError } from "../../client/index.ts";
import { formatInstant } from "../../jobs/time/durations.ts";
import { counted } from "../../jobs/words.ts";
import type { Call } from "../caller.ts";
import type { Places } from "../find/places.ts";
import type { Period } from "./part.ts";

/** Ended jobs created longer before the period are not looked at: few run for as long. */
const LOOK_BACK_DAYS = 30;
const DAY_MS = 86_400_000;
const LONGEST_READING_MS = 40_000;
/** What the answer may take after it. */
const TELLING_MS = 1000;
const PROGRESS_EVERY = 500;

/** How the jobs of a period were read. */
export interface Reading {
  read: number;
  tookMs: number;
  unreadable: number;
  /** Ended jobs created before this were not looked at. */
  lookedBackToMs: number;
  /** Before the end: ended jobs created before `backToMs`, or all of them, are missing. Absent where all were read. */
  stopped?: { why: "time" | "broken"; error?: PlatformError; backToMs?: number | undefined };
}

interface Wanted {
  places: Places;
  period: Period;
}

/** Hands over each job that may have been there in a period, and keeps none: the active ones first, then the newest. */
export async function readJobs(
  call: Call,
  wanted: Wanted,
  take: (job: JobDescription) => void,
): Promise<Reading> {
  const startMs = performance.now();
  const limit = new Limit(call.signal, {
    ms: Math.min(LONGEST_READING_MS, Math.max(0, msLeft(call.signal) - TELLING_MS)),
  });
  const lookedBackToMs = wanted.period.fromMs - LOOK_BACK_DAYS * DAY_MS;
  const reading: Reading = { read: 0, tookMs: 0, unreadable: 0, lookedBackToMs };
  let backToMs: number | undefined;
  try {
    for await (const job of jobsOf({ ...call, signal: limit.signal }, wanted, reading)) {
      take(job);
      reading.read += 1;
      if (createdMs(job) >= lookedBackToMs) backToMs = createdMs(job);
      if (reading.read % PROGRESS_EVERY === 0) call.progress(progressText(reading.read, backToMs));
    }
  } catch (error) {
    call.signal.throwIfAborted();
    if (reading.read === 0 || !(error instanceof PlatformError)) throw error;
    reading.stopped = { ...stopOf(error, limit), backToMs };
  } finally {
    limit.close();
  }
  return { ...reading, tookMs: performance.now() - startMs };
}

function stopOf(error: PlatformError, { isOver, signal }: Limit): NonNullable<Reading["stopped"]> {
  // A request may notice the end of the time before the limit itself does.
  return isOver || msLeft(signal) <= 0 ? { why: "time" } : { why: "broken", error };
}

async function* jobsOf(
  { caller: { platform }, signal }: Call,
  { places, period }: Wanted,
  reading: Reading,
): AsyncGenerator<JobDescription, void> {
  const filter = {
    ...places.filter,
    reverse: true,
    onUnreadable: () => {
      reading.unreadable += 1;
    },
  };
  const boundary = new Date(reading.lookedBackToMs);
  const old = { ...filter, statuses: ACTIVE_STATUSES, until: boundary };
  // The platform's own filters take the moment itself in, both of them.
  for await (const job of platform.jobs.list(old, { signal }))
    if (createdMs(job) < boundary.getTime() && places.covers(job)) yield job;
  const until = Number.isFinite(period.toMs) ? new Date(period.toMs) : undefined;
  for await (const job of platform.jobs.list({ ...filter, since: boundary, until }, { signal }))
    if (places.covers(job)) yield job;
}

function createdMs({ history }: JobDescription): number {
  return Date.parse(history.created_at ?? "");
}

function progressText(read: number, backToMs: number | undefined): string {
  return `${counted(read, "job")} read${backToMs === undefined ? "" : `, back to ${formatInstant(backToMs)}`}`;
}
