import pMap from "p-map";
import { PlatformError, requestTag, type SentStart, type StartPlan, startKey } from "../../client/index.ts";
import { oneLine } from "../../foreign.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import type { Call } from "../caller.ts";
import { markOf } from "../find/owned.ts";
import { reserve } from "../spending/limits.ts";
import { giveWay, giveWayLater } from "../spending/overflow.ts";
import { within } from "../within.ts";
import type { Checked } from "./check.ts";
import { explainRefusal } from "./refusal.ts";
import type { StartItem, StartOutcome, StartRequest } from "./request.ts";

const PARALLEL_STARTS = 8;
/** For each request of a start; then its outcome is looked up for some seconds. */
const START_MS = 20_000;
/** For all starts of a call: what is not done by then is said to be unknown. */
const ALL_MS = 40_000;

/** Starts all jobs of a request; one that fails does not keep the others from starting. */
export async function startAll(
  request: StartRequest,
  { problems, plan, presets }: Checked,
  context: Call,
): Promise<StartOutcome[]> {
  if (problems.length > 0 || plan === undefined) throw refusal(problems);
  const { isRepeatable, lifeSpanSeconds, items } = request;
  const pricePerHour = plan.preset.credits_per_hour;
  const release = await within(context.signal, async (signal) => {
    const lookUp = { ...context, signal };
    const seen = isRepeatable ? await seenBefore(request, plan, lookUp) : new Set<string>();
    const wanted = items
      .filter(({ requestId }) => !seen.has(requestId))
      .map(({ requestId }) => ({
        key: startKey(plan.where, requestTag(requestId)),
        pricePerHour,
        lifeSpanSeconds,
      }));
    return reserve(wanted, { context: lookUp, presets });
  });
  const sentNow = newlySent(items, plan, context);
  let done = 0;
  const whole = items.length === 1 ? undefined : request.requestId;
  const startNext = async (item: StartItem, until: AbortSignal) => {
    const outcome = await startOne(item, { isNew: !isRepeatable, context, until, whole });
    done += 1;
    context.progress(`started ${done} of ${items.length}`);
    return outcome;
  };
  const options = { concurrency: PARALLEL_STARTS, signal: context.signal };
  let unchecked = items;
  try {
    const outcomes = await within(
      context.signal,
      (until) => pMap(items, (item) => startNext(item, until), options),
      ALL_MS,
    );
    const kept = await giveWay(outcomes, context);
    unchecked = outcomes.flatMap(({ item, job }) => (job === undefined ? [item] : []));
    return kept;
  } finally {
    giveWayLater(sentNow(unchecked), context);
    release();
  }
}

/** Tells which starts have been sent since it was made. */
function newlySent(items: readonly StartItem[], { where }: StartPlan, { caller: { platform } }: Call) {
  const sentOf = ({ requestId }: StartItem) => platform.starts.sent(startKey(where, requestTag(requestId)));
  const before = new Set(items.map(sentOf));
  return (some: readonly StartItem[]): SentStart[] =>
    some.map(sentOf).flatMap((sent) => (sent === undefined || before.has(sent) ? [] : [sent]));
}

interface StartSettings {
  isNew: boolean;
  /** The request id of the call, if it starts more than this job. */
  whole: string | undefined;
  context: Call;
  until: AbortSignal;
}

async function startOne(
  item: StartItem,
  { isNew, whole, context, until }: StartSettings,
): Promise<StartOutcome> {
  const {
    caller: { platform },
    signal,
  } = context;
  try {
    const { requestId, options } = item;
    const { user } = await platform.context({ signal: until });
    const { job, repeated } = await platform.jobs.startOnce(
      { ...options, tags: [...(options.tags ?? []), markOf(user)] },
      { requestId, isNew },
      { signal: until, timeoutMs: START_MS },
    );
    return { item, job, isRepeated: repeated };
  } catch (error) {
    if (signal.aborted || !(error instanceof PlatformError)) throw error;
    const explained = explainRefusal(error);
    if (whole === undefined) throw explained;
    return { item, error: ofWhole(explained, item.requestId, whole) };
  }
}

/** The id of one job of a sweep is not one to call with: it would start a sweep of its own. */
function ofWhole(error: PlatformError, requestId: string, whole: string): PlatformError {
  const { code, message, ...details } = error;
  return new PlatformError(code, message.replaceAll(`"${requestId}"`, `"${whole}"`), {
    ...details,
    cause: error,
  });
}

/** Request ids whose jobs exist: what they need is already taken, whatever the limits say now. */
async function seenBefore(
  { items, sweepTag }: StartRequest,
  { where: { cluster, org, project } }: StartPlan,
  { caller: { platform, policy }, signal }: Call,
): Promise<Set<string>> {
  if (
    [policy.maxCreditsPerHour, policy.maxCreditsPerJob, policy.maxJobs].every((limit) => limit === undefined)
  ) {
    return new Set();
  }
  const tag = sweepTag ?? requestTag(items[0]?.requestId ?? "");
  const tags = new Set<string>();
  const filter = { tags: [tag], cluster, orgs: [org], projects: [project] };
  for await (const job of platform.jobs.list(filter, { signal })) for (const each of job.tags) tags.add(each);
  return new Set(
    items.map(({ requestId }) => requestId).filter((requestId) => tags.has(requestTag(requestId))),
  );
}

function refusal(problems: readonly string[]): InvalidInputError {
  const [only, ...others] = problems.map(oneLine);
  const list =
    others.length === 0 ? ` ${only ?? ""}` : `\n${problems.map((text) => `- ${oneLine(text)}`).join("\n")}`;
  return new InvalidInputError(`The start would be refused, nothing was sent.${list}`);
}
