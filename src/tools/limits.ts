import {
  ACTIVE_STATUSES,
  type JobDescription,
  type Platform,
  type Preset,
  requestTag,
} from "../client/index.ts";
import { compareCredits, sumCredits } from "../jobs/cost.ts";
import type { ToolContext } from "./define-tool.ts";
import { costProblem, jobsProblem, rateProblem, type Wanted } from "./limit-problems.ts";
import { isOwned } from "./owned.ts";
import { PolicyError } from "./policy-error.ts";

/** What the limits are checked with. */
interface LimitScope {
  context: Pick<ToolContext, "platform" | "session" | "signal">;
  /** What else could be chosen, for saying what would fit. */
  presets: readonly Preset[];
}

/** Starts of this process that the platform may not list yet, by request tag, with their price per hour. */
interface Ledger {
  inFlight: Map<string, string>;
  /** One check at a time: two starts must not both take the last free place. */
  last: Promise<unknown>;
}

const ledgers = new WeakMap<Platform, Ledger>();
/** The platform refuses other and longer owners in a filter. Source: protocol reference 3.6. */
const FILTERABLE_OWNER = /^(?=.{3,21}$)[a-z0-9]+(?:[-/][a-z0-9]+)*$/;

/**
 * Takes places within the limits for jobs about to be started; call the result once they are started or not.
 * @throws {PolicyError} `over_limit`, with the figure and what would fit
 */
export function reserve(wanted: readonly Wanted[], scope: LimitScope): Promise<() => void> {
  const ledger = ledgerOf(scope.context.platform);
  const turn = ledger.last.then(async () => {
    const [problem] = await limitProblems(wanted, scope);
    if (problem !== undefined) throw new PolicyError("over_limit", `${problem} Nothing was started.`);
    for (const { requestId, pricePerHour } of wanted)
      ledger.inFlight.set(requestTag(requestId), pricePerHour);
    return () => {
      for (const { requestId } of wanted) ledger.inFlight.delete(requestTag(requestId));
    };
  });
  ledger.last = turn.catch(() => undefined);
  return turn;
}

/** What the limits have against starting these jobs now; takes no places. */
export async function limitProblems(
  wanted: readonly Wanted[],
  { context, presets }: LimitScope,
): Promise<string[]> {
  const [first] = wanted;
  if (first === undefined) return [];
  const { maxCreditsPerJob, maxJobs, maxCreditsPerHour } = context.session.policy;
  const tooDear = costProblem(first, { limit: maxCreditsPerJob, presets });
  if (maxJobs === undefined && maxCreditsPerHour === undefined) return tooDear;
  const places = await takenPlaces(context);
  const fresh = wanted.filter(({ requestId }) => !places.has(requestTag(requestId)));
  const more = fresh.map(({ pricePerHour }) => pricePerHour);
  return [
    ...tooDear,
    ...jobsProblem(maxJobs, { taken: places.size, asked: fresh.length }),
    ...rateProblem(maxCreditsPerHour, { prices: [...places.values()], more, presets }),
  ];
}

/** Request tag to price of every active job of this server, on the platform or on its way there. */
/** What this server's jobs take of the limits now: how many are active, and their price per hour in credits. */
export async function usedOfLimits(
  context: LimitScope["context"],
): Promise<{ jobs: number; creditsPerHour: string }> {
  const places = await takenPlaces(context);
  return { jobs: places.size, creditsPerHour: sumCredits(places.values()) };
}

async function takenPlaces({ platform, signal }: LimitScope["context"]): Promise<Map<string, string>> {
  const { user, clusters } = await platform.context({ signal });
  const owners = FILTERABLE_OWNER.test(user) ? [user] : [];
  // What is on its way first: it may have arrived by the time of the list, and counts once.
  const places = new Map(ledgerOf(platform).inFlight);
  for (const { name: cluster, presets } of clusters) {
    const filter = { statuses: ACTIVE_STATUSES, cluster, orgs: [null], owners };
    for await (const job of platform.jobs.list(filter, { signal })) {
      if (isOwned(job, user)) places.set(placeTag(job), priceOf(job, presets));
    }
  }
  return places;
}

/** A price that cannot be read counts as the preset's, else as the dearest there is. */
function priceOf({ price_credits_per_hour: price, preset_name }: JobDescription, presets: Preset[]): string {
  if (price !== "") return price;
  const own = presets.find(({ name }) => name === preset_name)?.credits_per_hour;
  const prices = presets.map(({ credits_per_hour }) => credits_per_hour).sort(compareCredits);
  return own ?? prices.at(-1) ?? "0";
}

function placeTag({ id, tags }: JobDescription): string {
  return tags.find((tag) => tag.startsWith(requestTag(""))) ?? id;
}

function ledgerOf(platform: Platform): Ledger {
  const known = ledgers.get(platform);
  if (known !== undefined) return known;
  const ledger: Ledger = { inFlight: new Map(), last: Promise.resolve() };
  ledgers.set(platform, ledger);
  return ledger;
}
