import pMap from "p-map";
import {
  mayHaveHappened,
  nameTaken,
  type OnceOptions,
  PlatformError,
  type Preset,
  requestTag,
  type SentStart,
  type StartPlan,
  startKey,
} from "../../client/index.ts";
import { sentence } from "../../foreign.ts";
import type { Call } from "../caller.ts";
import { unknownAt } from "../find/not-found.ts";
import { markOf } from "../find/owned.ts";
import { UnresolvedError } from "../find/refused.ts";
import { hasLimits, type Reserved, reserve } from "../spending/limits.ts";
import { type Exceeded, giveWay, giveWayLater } from "../spending/overflow.ts";
import type { LimitProblem, Wanted } from "../spending/problems.ts";
import { within } from "../within.ts";
import type { Checked, StartProblem } from "./check.ts";
import type { StartItem, StartOutcome, StartRequest } from "./request.ts";

const PARALLEL_STARTS = 8;
/** For each request of a start; then its outcome is looked up for some seconds. */
const START_MS = 20_000;
/** For all starts of a call: whatever is still open then is reported as unknown. */
const ALL_MS = 40_000;

/** What came of a start: refused before anything was sent, or tried for each job. */
export type StartResult =
  | { outcome: "refused"; problems: StartProblem[] }
  | { outcome: "over_limit"; problem: LimitProblem }
  | { outcome: "tried"; outcomes: StartOutcome[] };

/** Starts all jobs of a request; one that fails does not keep the others from starting. */
export async function startAll(
  request: StartRequest,
  { problems, plan, presets }: Checked,
  call: Call,
): Promise<StartResult> {
  if (plan === undefined || (problems.length > 0 && !(await isOnlyGone(request, { problems, plan }, call))))
    return { outcome: "refused", problems };
  const { problem, release } = await within(call.signal, async (signal) => {
    await refuseOtherForm(request, plan, { ...call, signal });
    return reservePlaces(request, { plan, presets }, { ...call, signal });
  });
  if (problem !== undefined) return { outcome: "over_limit", problem };
  const sentNow = newlySent(request.items, plan, call);
  let unchecked = request.items;
  try {
    const outcomes = await within(call.signal, (until) => startEach(request, { until, plan }, call), ALL_MS);
    const fresh = outcomes.flatMap(({ job, isRepeated }) =>
      job === undefined || isRepeated === true ? [] : [job],
    );
    const exceeded = await giveWay(fresh, call);
    unchecked = outcomes.flatMap(({ item, job }) => (job === undefined ? [item] : []));
    return { outcome: "tried", outcomes: outcomes.map((outcome) => withoutExceeded(outcome, exceeded)) };
  } finally {
    giveWayLater(sentNow(unchecked), call);
    release();
  }
}

/** Whether the jobs were started when what is missing now was still there. */
async function isOnlyGone(
  { items: [first], isRepeatable }: StartRequest,
  { problems, plan }: Required<Pick<Checked, "problems" | "plan">>,
  { caller: { platform }, signal }: Call,
): Promise<boolean> {
  if (first === undefined || !isRepeatable) return false;
  if (problems.some(({ code }) => code !== "unknown_stored")) return false;
  return (await platform.jobs.startedBy(first.requestId, plan.where, { signal })) !== undefined;
}

/** Tells which starts have been sent since it was made. */
function newlySent(items: readonly StartItem[], { where }: StartPlan, { caller: { platform } }: Call) {
  const sentOf = ({ requestId }: StartItem) => platform.starts.sent(startKey(where, requestTag(requestId)));
  const before = new Set(items.map(sentOf));
  return (some: readonly StartItem[]): SentStart[] =>
    some.map(sentOf).flatMap((sent) => (sent === undefined || before.has(sent) ? [] : [sent]));
}

/** The places of all jobs that an earlier call has not started yet. */
async function reservePlaces(
  request: StartRequest,
  { plan, presets }: { plan: StartPlan; presets: Preset[] },
  call: Call,
): Promise<Reserved> {
  const seen = await tagsBefore(request, plan, call);
  const items = request.items.filter(({ requestId }) => !seen.has(requestTag(requestId)));
  return reserve(wantedPlaces({ ...request, items }, plan), { context: call, presets });
}

/** What the limits are to hold for the jobs of a request. */
export function wantedPlaces(
  { items, lifeSpanSeconds }: StartRequest,
  { where, preset }: StartPlan,
): Wanted[] {
  return items.map(({ requestId }) => ({
    key: startKey(where, requestTag(requestId)),
    pricePerHour: preset.credits_per_hour,
    lifeSpanSeconds,
  }));
}

async function startEach(
  request: StartRequest,
  { until, plan }: { until: AbortSignal; plan: StartPlan },
  call: Call,
): Promise<StartOutcome[]> {
  const { items, isRepeatable, requestId, sweepTag } = request;
  const isSweep = sweepTag !== undefined;
  const once = { isNew: !isRepeatable, partOf: isSweep ? requestId : undefined };
  let done = 0;
  const startNext = async (item: StartItem) => {
    const outcome = await startOne(item, once, { ...call, signal: until }).catch(
      async (cause: unknown): Promise<StartOutcome> => {
        if (mayHaveStarted(cause)) call.changing({ name: item.options.name });
        if (call.signal.aborted || !(cause instanceof PlatformError)) throw cause;
        const error = await withPlace(cause, plan, call);
        return { item, error, nameTaken: nameTaken(error) };
      },
    );
    if (outcome.job !== undefined && outcome.isRepeated !== true) call.changing(outcome.job);
    done += 1;
    if (isSweep || outcome.job !== undefined)
      call.progress(`started ${done} of ${items.length}`, done / items.length);
    return outcome;
  };
  return pMap(items, startNext, { concurrency: PARALLEL_STARTS, signal: call.signal });
}

/** Who gives up does not know. */
function mayHaveStarted(cause: unknown): boolean {
  return !(cause instanceof PlatformError) || mayHaveHappened(cause);
}

async function startOne(
  item: StartItem,
  once: Pick<OnceOptions, "isNew" | "partOf">,
  { caller: { platform }, signal }: Call,
): Promise<StartOutcome> {
  const { requestId, options } = item;
  const { user } = await platform.context({ signal });
  const {
    job,
    repeated: isRepeated,
    ...others
  } = await platform.jobs.startOnce(
    { ...options, tags: [...(options.tags ?? []), markOf(user)] },
    { ...once, requestId },
    { signal, timeoutMs: START_MS },
  );
  return { item, job, isRepeated, ...others };
}

/** The platform says of a project that is not there only that it may not be used. */
async function withPlace(
  error: PlatformError,
  { where }: StartPlan,
  { caller: { platform }, signal }: Call,
): Promise<PlatformError> {
  if (error.code !== "not_permitted") return error;
  const unknown = unknownAt(where, await platform.context({ signal }));
  if (unknown.length === 0) return error;
  return new UnresolvedError(
    error,
    unknown.map((project) => ({ reason: "unknown_project", project })),
    { message: sentence(error.message) },
  );
}

function withoutExceeded(outcome: StartOutcome, all: ReadonlyMap<string, Exceeded>): StartOutcome {
  const exceeded = all.get(outcome.job?.id ?? "");
  return exceeded === undefined ? outcome : { item: outcome.item, exceeded };
}

/** The tags of jobs that exist: what these need is already taken, whatever the limits say now. */
async function tagsBefore(
  { items, isRepeatable, sweepTag }: StartRequest,
  { where: { cluster, org, project } }: StartPlan,
  { caller: { platform, policy }, signal }: Call,
): Promise<Set<string>> {
  const tags = new Set<string>();
  if (!isRepeatable || !hasLimits(policy)) return tags;
  const tag = sweepTag ?? requestTag(items[0]?.requestId ?? "");
  const { user } = await platform.context({ signal });
  // Somebody else's request may have the same id.
  const filter = { tags: [tag], cluster, orgs: [org], projects: [project], owners: [user] };
  for await (const job of platform.jobs.list(filter, { signal })) for (const each of job.tags) tags.add(each);
  return tags;
}

/**
 * Refuses the request id of a single job for a sweep, and the other way round: the jobs of a sweep have request ids
 * of their own, so a repeat in the other form would not find them and start again. @throws {PlatformError} `conflict`
 */
async function refuseOtherForm(
  { isRepeatable, requestId, sweepTag }: StartRequest,
  { where }: StartPlan,
  { caller: { platform }, signal }: Call,
): Promise<void> {
  if (!isRepeatable) return;
  const sought = sweepTag === undefined ? `${requestId}-1` : requestId;
  const job = await platform.jobs.startedBy(sought, where, { signal }).catch(orSomebodyElses);
  const isPart = job?.tags.some((tag) => tag.startsWith("sweep:")) === true;
  // A job of its own may have an id that looks like that of a part.
  if (job === undefined || (sweepTag === undefined && !isPart)) return;
  throw new PlatformError(
    "conflict",
    `request_id "${requestId}" was already used for job ${job.id} with other arguments (count or matrix). Use a new one for a new job. Nothing was started.`,
    { retryable: false },
  );
}

/** Another person's job in a shared project; whether the id itself is theirs, the start finds out. */
function orSomebodyElses(error: unknown): undefined {
  if (error instanceof PlatformError && error.code === "conflict") return undefined;
  throw error;
}
