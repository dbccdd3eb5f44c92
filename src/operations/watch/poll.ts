import {
  isActive,
  type JobDescription,
  Limit,
  type Platform,
  PlatformError,
  pause,
  Retry,
} from "../../client/index.ts";

/** The most jobs read one by one; more in one place are read with one list. */
const MOST_SINGLE = 3;
/** A list this long costs more than asking for the jobs one by one. */
const LONGEST_LIST = 500;
const RETRY_MS = 1000;
/** A look without an answer is given up after this, and made anew. */
const LOOK_MS = 8000;
/** Looks that bring nothing for so long mean that the platform does not answer. */
const SILENCE_MS = 3000;
/** Errors about one job that asking again will not cure. */
const STAYING: ReadonlySet<string> = new Set(["not_found", "not_permitted"]);
/** Even a call that is not to wait may send a request again. */
const LEAST_MS = 2000;
/** Times of creation carry more digits than a Date holds. */
const ROUNDING_MS = 2;

/** Asks for the state of many jobs again and again, with as few requests as it takes. */
export interface Poll {
  /** The jobs as last seen, in the order given. */
  readonly jobs: JobDescription[];
  /** Those whose record can no longer be read, by id, and why; they are not asked for again. */
  readonly gone: ReadonlyMap<string, PlatformError>;
  /** What the platform answered instead at the last attempt; undefined when all went well. */
  readonly trouble: PlatformError | undefined;
  /** When the platform last told how the jobs are, as `Date.now()` counts; undefined before the first look. */
  readonly answeredAtMs: number | undefined;
  /**
   * Asks once, for some seconds and no longer than until `deadlineMs`. A passing fault of the platform and its
   * silence are kept as `trouble`; every other error is thrown.
   */
  refresh(signal: AbortSignal, deadlineMs: number): Promise<void>;
}

export function startPoll(jobs: readonly JobDescription[], platform: Platform): Poll {
  const seen = new Map(jobs.map((job) => [job.id, job]));
  const singly = new Set<string>();
  const gone = new Map<string, PlatformError>();
  const startedAtMs = Date.now();
  let trouble: PlatformError | undefined;
  let answeredAtMs: number | undefined;

  async function refresh(signal: AbortSignal, deadlineMs: number): Promise<void> {
    const active = [...seen.values()].filter(({ id, status }) => isActive(status) && !gone.has(id));
    const limit = new Limit(signal, { ms: Math.min(LOOK_MS, deadlineMs - Date.now()) });
    try {
      for (const group of byPlace(active)) await refreshGroup(group, limit.signal);
      trouble = undefined;
      answeredAtMs = Date.now();
    } catch (error) {
      signal.throwIfAborted();
      if (!limit.isOver) trouble = passing(error);
      // A look that was cut short by the end of the wait says nothing about the platform.
      else if (Date.now() - (answeredAtMs ?? startedAtMs) >= SILENCE_MS) trouble = silence(error);
    } finally {
      limit.close();
    }
  }

  async function refreshGroup(group: JobDescription[], signal: AbortSignal): Promise<void> {
    const listed = group.filter(({ id }) => !singly.has(id));
    const missing = listed.length > MOST_SINGLE ? await refreshByList(listed, signal) : listed;
    const single = [...missing, ...group.filter(({ id }) => singly.has(id))];
    const ids = single.map(({ id }) => id);
    for (const outcome of await platform.jobs.statusMany(ids, {}, { signal })) {
      if ("job" in outcome) seen.set(outcome.job.id, outcome.job);
      else if (STAYING.has(outcome.error.code)) gone.set(outcome.ref, outcome.error);
      else throw outcome.error;
    }
  }

  /** One list over the time in which the jobs were created; those that it does not show are asked for singly. */
  async function refreshByList(group: JobDescription[], signal: AbortSignal): Promise<JobDescription[]> {
    const missing = new Map(group.map((job) => [job.id, job]));
    const filter = { ...placeOf(group), ...createdWithin(group), reverse: true, limit: LONGEST_LIST };
    for await (const job of platform.jobs.list(filter, { signal })) {
      if (missing.delete(job.id)) seen.set(job.id, job);
      if (missing.size === 0) break;
    }
    for (const id of missing.keys()) singly.add(id);
    return [...missing.values()];
  }

  return {
    get jobs() {
      return jobs.map((job) => seen.get(job.id) ?? job);
    },
    get trouble() {
      return trouble;
    },
    get answeredAtMs() {
      return answeredAtMs;
    },
    gone,
    refresh,
  };
}

function silence(cause: unknown): PlatformError {
  return new PlatformError("timed_out", "it did not answer in time.", { cause });
}

/** A fault that may pass by itself; every other one is thrown on. */
export function passing(error: unknown): PlatformError {
  if (error instanceof PlatformError && error.retryable) return error;
  throw error;
}

/** Tries `work` again while what goes wrong may pass and there is time, also for the pause that the platform asks. */
export async function patiently<T>(
  deadlineMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const retry = new Retry(RETRY_MS);
  for (;;) {
    const limit = new Limit(signal, { expectedMs: Math.max(LEAST_MS, deadlineMs - Date.now()) });
    try {
      return await work(limit.signal);
    } catch (error) {
      const waitMs = retry.afterFailure(passing(error));
      if (Date.now() + waitMs > deadlineMs) throw error;
      await pauseFor(waitMs, signal);
    } finally {
      limit.close();
    }
  }
}

/** Waits `ms`, or less when the call is cancelled, which throws. */
export async function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  await pause(Math.max(0, ms), signal);
}

function byPlace(jobs: JobDescription[]): JobDescription[][] {
  const groups = new Map<string, JobDescription[]>();
  for (const job of jobs) {
    const key = [job.cluster_name, job.org_name ?? "", job.project_name].join("/");
    groups.set(key, [...(groups.get(key) ?? []), job]);
  }
  return [...groups.values()];
}

function placeOf([first]: JobDescription[]) {
  return {
    ...(first === undefined ? {} : { cluster: first.cluster_name, projects: [first.project_name] }),
    orgs: [first?.org_name ?? null],
  };
}

function createdWithin(jobs: JobDescription[]): { since?: Date; until?: Date } {
  const times = jobs
    .map(({ history }) => Date.parse(history.created_at ?? ""))
    .filter((ms) => !Number.isNaN(ms));
  if (times.length === 0) return {};
  return {
    since: new Date(Math.min(...times) - ROUNDING_MS),
    until: new Date(Math.max(...times) + ROUNDING_MS),
  };
}
