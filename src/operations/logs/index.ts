import pMap from "p-map";
import { type JobDescription, type Platform, PlatformError } from "../../client/index.ts";
import { sentence } from "../../foreign.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import type { LogPage } from "../../jobs/output/page.ts";
import { stateLine } from "../../jobs/standing.ts";
import { type Call, redactorFor } from "../caller.ts";
import { resolveAll, whereOf } from "../find/index.ts";
import { selectedJobs } from "../find/selected.ts";
import { withoutSecretsOf } from "../quoting.ts";
import { type Bearing, readBearings } from "./cursor.ts";
import { factsOf } from "./facts.ts";
import { isFromStart as isStart } from "./from-start.ts";
import { type LogQuery, MOST_JOBS, planOf, type ReadPlan, sameOf } from "./query.ts";
import { type LogPart, notRead, readJobLog } from "./read.ts";
import { readOn } from "./read-on.ts";

const PARALLEL = 5;
/** The most jobs of a selection that are looked at. */
const MOST_COUNTED = 200;
/** The platform's time is known to about a second. */
const CLOCK_SLACK_MS = 2000;

/** Parts of the logs of one or several jobs: their ends, what is new in them, or what is older. */
export async function readLogs(query: LogQuery, call: Reading & Pick<Call, "progress">): Promise<LogPage> {
  const { caller, signal, progress } = call;
  const nowMs = Date.now();
  const onLine = () => progress("reading new lines");
  const { cursors, platform } = caller;
  const bearings =
    query.cursor === undefined ? new Map<string, Bearing>() : readBearings(query.cursor, cursors);
  const isFromStart = isStart(query, bearings);
  // A mistake in the query is reported before anything is read.
  planOf(query, { nowMs, redact: redactorFor(caller, []), onLine, isFromStart });
  const direction = isFromStart ? "first" : directionOf(query, bearings);
  if (direction === "older") refuseWaiting(query);
  const { jobs, beyond } = await selectJobs(query, call);
  const { user: me } = await platform.context({ signal });
  if (query.cursor !== undefined) requireOwn(jobs, { bearings, isSelection: query.jobs === undefined });
  const redact = redactorFor(caller, jobs);
  const aheadMs = platform.nowMs() - Date.now();
  const plan = planOf(query, { nowMs, redact, onLine, aheadMs, isFromStart });
  const page = { asked: query, direction, jobs, view: { nowMs, me } };
  const notYet = notYetOf(plan, query, platform.nowMs());
  if (notYet !== undefined) return { ...page, notYet, logs: [], readOn: () => ({}) };
  const parts = await readAll(jobs, { plan, bearings }, call);
  const read = parts.map((part) => ({ part, facts: factsOf(part, query, redact) }));
  return {
    ...page,
    // It may have waited.
    view: { nowMs: Date.now(), me },
    beyond,
    logs: read.map(({ facts }) => facts),
    readOn: (gaps = []) => readOn(read, { query, direction, gaps, cursors }),
  };
}

type Reading = Pick<Call, "caller" | "signal">;

function directionOf(query: LogQuery, bearings: ReadonlyMap<string, Bearing>): LogPage["direction"] {
  if ([...bearings.values()].some(({ before }) => before !== undefined)) return "older";
  return query.cursor === undefined ? "last" : "new";
}

/** A time still to come: there is nothing to read, and no place to read on from. */
function notYetOf({ since }: ReadPlan, query: LogQuery, nowMs: number): LogPage["notYet"] {
  if (since === undefined || since.getTime() <= nowMs + CLOCK_SLACK_MS) return undefined;
  const instead = { tool: "job_logs", arguments: { ...query, since: "10m" } };
  return { sinceMs: since.getTime(), nowMs, instead };
}

function refuseWaiting({ until_pattern, wait_seconds }: LogQuery): void {
  if (until_pattern !== undefined || wait_seconds !== undefined)
    throw new InvalidInputError(
      "This cursor leads to older lines, which are already there: leave out until_pattern and wait_seconds, or the cursor.",
    );
}

/** The jobs whose logs to read, and what the selection has beyond them. @throws {InvalidInputError} it has none */
async function selectJobs(
  query: LogQuery,
  { caller, signal }: Reading,
): Promise<{ jobs: JobDescription[]; beyond?: LogPage["beyond"] }> {
  const { jobs: refs, tags, status: statuses, project: at } = query;
  if ((refs === undefined) === (tags === undefined && statuses === undefined))
    throw new InvalidInputError("Give jobs, or else tags and/or status, to say whose logs to read.", {
      argument: "jobs",
    });
  if (refs !== undefined)
    return { jobs: await resolveAll(caller.platform, { refs, where: whereOf(at) }, signal) };
  const selection = { tags, statuses, project: at, most: MOST_COUNTED };
  const found = await selectedJobs("these tags and states", selection, { caller, signal });
  return { jobs: found.slice(0, MOST_JOBS), beyond: beyondOf(found, query) };
}

function beyondOf(found: readonly JobDescription[], query: LogQuery): LogPage["beyond"] {
  const beyond = found.slice(MOST_JOBS);
  if (beyond.length === 0) return undefined;
  return {
    jobs: beyond.length,
    orMore: found.length >= MOST_COUNTED,
    atOnce: MOST_JOBS,
    call: sameOf(query, beyond.slice(0, MOST_JOBS)),
  };
}

/** A place in one log means nothing in another. */
function requireOwn(
  jobs: readonly JobDescription[],
  { bearings, isSelection }: { bearings: ReadonlyMap<string, Bearing>; isSelection: boolean },
): void {
  const strangers = jobs.filter(({ id }) => !bearings.has(id));
  // Jobs that have joined a selection since are read from their end.
  if (strangers.length === 0 || (isSelection && strangers.length < jobs.length)) return;
  const names = strangers.slice(0, 3).map(({ id, name }) => (name === undefined ? id : `${name} (${id})`));
  throw new InvalidInputError(
    `cursor belongs to another call: it has no place in the log of ${names.join(", ")}. Leave it out to read the end of the log.`,
  );
}

async function readAll(
  jobs: JobDescription[],
  { plan, bearings }: { plan: ReadPlan; bearings: ReadonlyMap<string, Bearing> },
  call: Pick<Call, "caller" | "signal" | "progress">,
): Promise<LogPart[]> {
  const {
    caller: { platform },
    signal,
  } = call;
  const failures: PlatformError[] = [];
  const readOne = async (job: JobDescription) => {
    const bearing = bearings.get(job.id);
    try {
      return await readJobLog(platform, { job, plan, bearing }, call);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof PlatformError)) throw error;
      const failure = withoutSecretsOf([job], error, call.caller);
      failures.push(failure);
      return notRead(job, failure, { bearing, plan });
    }
  };
  const concurrency = plan.wait === undefined ? PARALLEL : Math.max(1, jobs.length);
  const parts = await pMap(jobs, readOne, { concurrency });
  const [first] = failures;
  if (first !== undefined && failures.length === jobs.length) throw await withNextStep(first, jobs, platform);
  return parts;
}

async function withNextStep(
  error: PlatformError,
  jobs: readonly JobDescription[],
  platform: Platform,
): Promise<PlatformError> {
  // A platform that says when to come back is not asked sooner.
  if (error.code !== "unavailable" || (error.retryAfterMs ?? 0) > 0) return error;
  const view = { nowMs: Date.now(), me: (await platform.context()).user };
  const states = jobs.slice(0, 3).map((job) => stateLine(job, view));
  const message = `${sentence(error.message)} It was tried several times; the jobs themselves are not affected (${states.join("; ")}). Call job_logs again in a moment.`;
  return new PlatformError("unavailable", message, { cause: error });
}
