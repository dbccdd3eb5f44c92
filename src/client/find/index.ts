import { setMaxListeners } from "node:events";
import { distance } from "fastest-levenshtein";
import pMap from "p-map";
import { type CallOptions, orTimeOut, type Where } from "../call.ts";
import { type Connection, checkId, imageBase, jobsUrl } from "../connection.ts";
import { AmbiguousError, PlatformError } from "../errors.ts";
import type { JobDescription } from "../job.ts";
import { type Base, type JobUri, parseJobUri, requireProject } from "../names/uris.ts";
import { parseJob } from "../records/to-job.ts";
import { allJobs, type ListFilter } from "./list.ts";

const FULL_ID = /^job-[0-9a-z]{8}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{12}$/;
const ID_PREFIX = /^(?:job-)?([0-9a-f]{4}[0-9a-f-]*)$/;
/** Too short to stay unique for long. */
const SHORT_PREFIX = /^job-[0-9a-f]{0,3}$/;
/** What a name can be; the platform refuses to look for anything else. Source: protocol reference 3.9 */
const NAME = /^(?=.{3,40}$)(?!job-)[a-z](?:-?[a-z0-9])*$/;
/** How far back an id prefix is searched, and near names are looked for. */
const SEARCHED_JOBS = 2000;
/** How many jobs of one name to look at. */
const NAMED_JOBS = 20;
/** The platform refuses longer user names in a list's filter. Source: protocol reference 3.6 */
const LONGEST_OWNER = 21;
const PARALLEL = 8;
const MOST_CANDIDATES = 10;
/** Digits by which a mistyped id may differ. */
const FURTHEST_ID = 2;

/** Whether a reference is a whole id, which no name can be. Source: protocol reference 3.9 */
export function isFullId(ref: string): boolean {
  return FULL_ID.test(ref);
}

/** One answer of a status for many. */
export type StatusOutcome = { ref: string; job: JobDescription } | { ref: string; error: PlatformError };

/** The job with this id, or the caller's newest with this name, in one request. Source: protocol reference 3.10. */
export async function getJob(at: Connection, idOrName: string, call?: CallOptions): Promise<JobDescription> {
  checkId(idOrName);
  const what = `Reading job ${idOrName}`;
  const seeking = at.session.seek();
  if (seeking !== undefined) await orTimeOut(seeking, call ?? {}, what);
  const api = { what, method: "GET", url: jobsUrl(at, idOrName) } as const;
  // Both are independent, and the configuration is cached after the first call.
  const [base, value] = await Promise.all([imageBase(at, undefined, call), at.http.json(api, call)]);
  return parseJob(value, base, FULL_ID.test(idOrName) ? idOrName : undefined);
}

/** A job by id, by name (the caller's newest in the project, else anybody's), or by `job:` URI. @throws {PlatformError} `not_found` */
export async function jobStatus(at: Connection, { ref, where }: Sought, call?: CallOptions) {
  if (ref.startsWith("job-")) return getJob(at, ref, call);
  const target = await locate(at, { ref, where }, call);
  if (target.ref.startsWith("job-")) return getJob(at, target.ref, call);
  const named = await mineOrAny(at, target, call);
  return named[0] ?? (await getJob(at, checkId(target.ref), call));
}

type Newest = (place: Base) => Promise<readonly JobDescription[]>;

interface Sought {
  ref: string;
  where: Where | undefined;
  /** Shared by references that are looked for together. */
  newest?: Newest;
}

/**
 * A job by name, id, unique beginning of an id (at least four hex digits), or `job:` URI. Where the caller has jobs
 * of that name, nobody else's are meant.
 * @throws {AmbiguousError} with the candidates · {PlatformError} `not_found` naming near names
 */
export async function resolveJob(at: Connection, { ref, where, newest: shared }: Sought, call?: CallOptions) {
  const newest = shared ?? newestOf(at, call);
  if (isFullId(ref)) return byId(at, { ref, where, newest }, call);
  const target = await locate(at, { ref, where }, call);
  if (isFullId(target.ref)) return byId(at, { ref: target.ref, where: target, newest }, call);
  checkId(target.ref);
  const named = latestOf(target, await mineOrAny(at, target, call));
  return named ?? (await startedSince(at, { target, newest }, call)) ?? (await byPrefix(target, newest));
}

/** The job that a name means among those that have it, newest first. @throws {AmbiguousError} */
function latestOf({ ref }: JobUri, named: readonly JobDescription[]): JobDescription | undefined {
  const active = named.filter(({ history }) => history.finished_at === undefined);
  if (active.length > 1) throw new AmbiguousError(`Several active jobs are named "${ref}".`, active);
  return active[0] ?? named[0];
}

/** A job of that name which is among the newest by now: one that was just started must not be suggested instead. */
async function startedSince(
  at: Connection,
  { target, newest }: { target: JobUri; newest: Newest },
  call?: CallOptions,
): Promise<JobDescription | undefined> {
  const { user } = await at.directory.context(call);
  const named = (await newest(target)).filter(({ name }) => name === target.ref);
  const mine = named.filter(({ owner }) => owner === user);
  return latestOf(target, mine.length > 0 ? mine : named);
}

/** An id is copied by hand sometimes. @throws {PlatformError} `not_found` naming ids that differ in a digit or two */
async function byId(at: Connection, { ref, where, newest }: Required<Sought>, call?: CallOptions) {
  try {
    return await getJob(at, ref, call);
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code !== "not_found") throw error;
    try {
      return await byPrefix(await locate(at, { ref, where }, call), newest);
    } catch (other) {
      if (call?.signal?.aborted === true || isAboutRef(other)) throw other;
      // It is known that there is no such job, whatever the search for near ids found.
      throw error;
    }
  }
}

function isAboutRef(error: unknown): boolean {
  return error instanceof PlatformError && (error.code === "not_found" || error.code === "ambiguous");
}

/** The status of many, in bounded parallel, in the order asked. */
export async function statusOfMany(
  at: Connection,
  { refs, where }: { refs: readonly string[]; where: Where | undefined },
  call?: CallOptions,
): Promise<StatusOutcome[]> {
  // Each of many listens for the end of the call: no leak that Node has to warn of.
  if (call?.signal !== undefined) setMaxListeners(0, call.signal);
  const newest = newestOf(at, call);
  return pMap(refs, (ref) => one(at, { ref, where, newest }, call), { concurrency: PARALLEL });
}

async function one(at: Connection, target: Sought, call?: CallOptions): Promise<StatusOutcome> {
  const { ref } = target;
  try {
    return { ref, job: await resolveJob(at, target, call) };
  } catch (error) {
    if (error instanceof PlatformError) return { ref, error };
    throw error;
  }
}

async function locate(at: Connection, { ref, where }: Sought, call?: CallOptions) {
  const { base } = await imageBase(at, where, call);
  if (/^job:/i.test(ref)) return parseJobUri(ref, requireProject(base));
  return { ...base, ref };
}

/** The caller's jobs of a name, newest first; where there are none, everybody's. */
async function mineOrAny(at: Connection, target: JobUri, call?: CallOptions): Promise<JobDescription[]> {
  const { user } = await at.directory.context(call);
  const named = await newestNamed(at, target, {}, call);
  const mine = named.filter(({ owner }) => owner === user);
  if (mine.length > 0) return mine;
  if (named.length < NAMED_JOBS || user.length > LONGEST_OWNER) return named;
  const older = await newestNamed(at, target, { owners: [user] }, call);
  return older.length > 0 ? older : named;
}

/** Newest first; the platform's own lookup by name knows the caller's jobs only, of any project. */
async function newestNamed(
  at: Connection,
  target: JobUri,
  filter: Pick<ListFilter, "owners">,
  call?: CallOptions,
): Promise<JobDescription[]> {
  const name = target.ref;
  if (!NAME.test(name)) return [];
  let unreadable: PlatformError | undefined;
  const onUnreadable = (error: PlatformError) => {
    unreadable ??= error;
  };
  const named = { ...filter, ...inPlace(target), name, reverse: true, limit: NAMED_JOBS, onUnreadable };
  const found = await allJobs(at, named, call);
  // A job that cannot be read is still there: it must not be reported as missing.
  if (found.length === 0 && unreadable !== undefined) throw unreadable;
  return found;
}

function inPlace({ cluster, org, project }: Base) {
  return { cluster, orgs: [org], projects: project === "" ? [] : [project] };
}

/** The newest jobs of places, each place listed once however many references are looked for in it. */
function newestOf(at: Connection, call: CallOptions | undefined): Newest {
  const lists = new Map<string, Promise<JobDescription[]>>();
  return (place) => {
    const key = [place.cluster, place.org, place.project].join("/");
    const newest = { ...inPlace(place), reverse: true, limit: SEARCHED_JOBS };
    const list = lists.get(key) ?? allJobs(at, newest, call);
    lists.set(key, list);
    return list;
  };
}

async function byPrefix(target: JobUri, newest: Newest): Promise<JobDescription> {
  const { ref } = target;
  const prefix = prefixOf(ref);
  const found: JobDescription[] = [];
  const [names, ids] = [new Set<string>(), new Set<string>()];
  for (const job of await newest(target)) {
    if (prefix !== undefined && job.id.startsWith(prefix)) found.push(job);
    if (job.name !== undefined) names.add(job.name);
    ids.add(job.id);
  }
  const [only, ...others] = found;
  if (only === undefined) throw notFound(target, [...nearNames(ref, names), ...nearIds(ref, ids)]);
  if (SHORT_PREFIX.test(ref)) throw shortPrefix(target, found);
  if (others.length > 0) throw new AmbiguousError(`The id prefix "${ref}" fits ${found.length} jobs.`, found);
  return only;
}

/** How the ids that a reference may mean begin; also for one too short to stay unique. */
function prefixOf(ref: string): string | undefined {
  const digits = ID_PREFIX.exec(ref)?.[1];
  if (digits !== undefined) return `job-${digits}`;
  return SHORT_PREFIX.test(ref) ? ref : undefined;
}

function shortPrefix({ ref, cluster, org, project }: JobUri, found: JobDescription[]): AmbiguousError {
  const count = found.length === 1 ? "one job" : `${found.length} jobs`;
  const shown = found.length > MOST_CANDIDATES ? `, the newest ${MOST_CANDIDATES} here` : "";
  return new AmbiguousError(
    `"${ref}" is too short for an id prefix: it takes four digits or more. ${count} in ${cluster}/${org}/${project} begin so${shown}.`,
    found.slice(0, MOST_CANDIDATES),
  );
}

/** Ids that begin as `wanted`, but for a digit or two. */
function nearIds(wanted: string, ids: Iterable<string>): string[] {
  if (!/^job-[0-9a-z]{4}/.test(wanted)) return [];
  const scored = [...ids].map((id): Scored => [id, distance(wanted, id.slice(0, wanted.length))]);
  return best(
    scored.filter(([, score]) => score <= FURTHEST_ID),
    3,
  );
}

function nearNames(wanted: string, names: Iterable<string>): string[] {
  const scored = [...names].map((name): Scored => [name, distance(wanted, name)]);
  const isNear = ([name, score]: Scored) => score <= 3 || name.includes(wanted) || wanted.includes(name);
  return best(scored.filter(isNear), 5);
}

type Scored = [text: string, score: number];

function best(scored: Scored[], most: number): string[] {
  return scored
    .sort(([, a], [, b]) => a - b)
    .slice(0, most)
    .map(([text]) => text);
}

function notFound({ ref, cluster, org, project }: JobUri, near: string[]): PlatformError {
  const advice =
    near.length === 0
      ? ""
      : ` Near ${near.every((one) => one.startsWith("job-")) ? "ids" : "names"}: ${near.join(", ")}.`;
  return new PlatformError(
    "not_found",
    `There is no job "${ref.slice(0, 80)}" in ${cluster}/${org}/${project}.${advice}`,
  );
}
