import {
  ACTIVE_STATUSES,
  byAge,
  isOwnTag,
  type JobDescription,
  type Preset,
  startKey,
} from "../../client/index.ts";
import { sumCredits } from "../../jobs/cost.ts";
import type { Asking, Policy } from "../caller.ts";
import { priced } from "./price.ts";
import { costProblem, jobsProblem, type LimitProblem, rateProblem, type Wanted } from "./problems.ts";

/** What the limits are checked with. */
interface LimitScope {
  context: Asking;
  /** What else could be chosen, for saying what would fit. */
  presets: readonly Preset[];
}

/** The platform refuses other and longer owners in a filter. Source: protocol reference 3.6. */
const FILTERABLE_OWNER = /^(?=.{3,21}$)[a-z0-9]+(?:[-/][a-z0-9]+)*$/;

/** Whether anything bounds what is started. */
export function hasLimits({ maxCreditsPerHour, maxCreditsPerJob, maxJobs }: Policy): boolean {
  return [maxCreditsPerHour, maxCreditsPerJob, maxJobs].some((limit) => limit !== undefined);
}

/** Places taken within the limits; `release` them once the jobs are started or not. */
export interface Reserved {
  problem?: LimitProblem;
  release: () => void;
}

/** Takes places within the limits for jobs about to be started, or says which limit is in the way. */
export async function reserve(wanted: readonly Wanted[], scope: LimitScope): Promise<Reserved> {
  const { caller, signal } = scope.context;
  const { starts } = caller.platform;
  const reserved: Reserved = { release: () => {} };
  let isOver = false;
  // One check at a time: two starts must not both take the last free place.
  const check = async () => {
    const [problem] = await limitProblems(wanted, scope);
    if (problem !== undefined) reserved.problem = problem;
    if (isOver || problem !== undefined) return;
    reserved.release = starts.hold(new Map(wanted.map(({ key, pricePerHour }) => [key, pricePerHour])));
  };
  try {
    await starts.turns.run("limits", check, signal);
    return reserved;
  } catch (error) {
    isOver = true;
    reserved.release();
    throw error;
  }
}

/** Which limits refuse these jobs now; reserves nothing. */
export async function limitProblems(
  wanted: readonly Wanted[],
  { context, presets }: LimitScope,
): Promise<LimitProblem[]> {
  const [first] = wanted;
  if (first === undefined) return [];
  const { maxCreditsPerJob, maxJobs, maxCreditsPerHour } = context.caller.policy;
  const tooDear = costProblem(first, { limit: maxCreditsPerJob, presets });
  if (maxJobs === undefined && maxCreditsPerHour === undefined) return tooDear;
  const { prices, keys } = await takenPlaces(context);
  const fresh = wanted.filter(({ key }) => !keys.has(key));
  const more = fresh.map(({ pricePerHour }) => pricePerHour);
  return [
    ...tooDear,
    ...jobsProblem(maxJobs, { active: prices.length, asked: fresh.length }),
    ...rateProblem(maxCreditsPerHour, { prices, more, presets }),
  ];
}

/**
 * Which limit each of the jobs just started exceeds, by job: the platform may charge more than its preset
 * said, and another server of the login may have started one at the same time. Every server counts the older jobs
 * first, so that all agree which have to give way.
 */
export async function overflow(
  started: readonly JobDescription[],
  context: Asking,
): Promise<Map<string, LimitProblem>> {
  const { maxJobs, maxCreditsPerHour } = context.caller.policy;
  const found = await tooDear(started, context);
  if (started.length === 0 || (maxJobs === undefined && maxCreditsPerHour === undefined)) return found;
  const prices: string[] = [];
  for (const { id, price_credits_per_hour: price } of (await activeJobs(context)).sort(byAge)) {
    const [problem] = [
      ...jobsProblem(maxJobs, { active: prices.length, asked: 1 }),
      ...rateProblem(maxCreditsPerHour, { prices, more: [price], presets: [] }),
    ];
    if (problem !== undefined && started.some((job) => job.id === id)) found.set(id, problem);
    if (!found.has(id)) prices.push(price);
  }
  return found;
}

async function tooDear(
  started: readonly JobDescription[],
  { caller: { platform, policy }, signal }: Asking,
): Promise<Map<string, LimitProblem>> {
  const { maxCreditsPerJob: limit } = policy;
  if (limit === undefined) return new Map();
  const context = await platform.context({ signal });
  const problems = started.flatMap((job) => {
    const { price_credits_per_hour: pricePerHour, life_span: lifeSpanSeconds } = priced(job, context);
    const [problem] = costProblem({ pricePerHour, lifeSpanSeconds }, { limit, presets: [] });
    return problem === undefined ? [] : [[job.id, problem] as const];
  });
  return new Map(problems);
}

/** What this server's jobs take of the limits now: how many are active, and their price per hour in credits. */
export async function usedOfLimits(context: Asking): Promise<{ jobs: number; creditsPerHour: string }> {
  const { prices } = await takenPlaces(context);
  return { jobs: prices.length, creditsPerHour: sumCredits(prices) };
}

/** Prices per hour of every active job of this server, on the platform or on its way there, and their keys. */
async function takenPlaces(context: Asking): Promise<{ prices: string[]; keys: Set<string> }> {
  // What is on its way first: it may have arrived by the time of the list, and counts once.
  const unseen = context.caller.platform.starts.unseen();
  const jobs = await activeJobs(context);
  const keys = new Set(jobs.flatMap(keysOf));
  for (const key of keys) unseen.delete(key);
  return {
    prices: [...jobs.map((job) => job.price_credits_per_hour), ...unseen.values()],
    keys: new Set([...keys, ...unseen.keys()]),
  };
}

async function activeJobs({ caller: { platform }, signal }: Asking): Promise<JobDescription[]> {
  const context = await platform.context({ signal });
  const { user, clusters } = context;
  const owners = FILTERABLE_OWNER.test(user) ? [user] : [];
  const jobs: JobDescription[] = [];
  for (const { name: cluster } of clusters) {
    const filter = { statuses: ACTIVE_STATUSES, cluster, orgs: [null], owners };
    for await (const job of platform.jobs.list(filter, { signal })) {
      if (isCounted(job, user)) jobs.push(priced(job, context));
    }
  }
  return jobs;
}

/** Older versions gave their jobs the tag of the request alone: too little to end them, enough to pay for them. */
function isCounted({ owner, tags }: JobDescription, user: string): boolean {
  return owner === user && tags.some(isOwnTag);
}

function keysOf({ cluster_name: cluster, org_name: org = "", project_name: project, tags }: JobDescription) {
  return tags.filter(isOwnTag).map((tag) => startKey({ cluster, org, project }, tag));
}
