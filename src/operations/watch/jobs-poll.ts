import {
  ACTIVE_STATUSES,
  type CallOptions,
  type JobDescription,
  type Platform,
  type PlatformError,
} from "../../client/index.ts";

/** The most jobs of a cluster read one by one; more are read with one list. */
const FEW = 3;

/** A place whose active jobs are wanted as a whole. */
interface WatchedPlace {
  cluster: string;
  org: string;
  project?: string | undefined;
}

/** What is to be looked at: jobs by their last known description, and at most one whole place. */
export interface PollRequest {
  jobs: readonly JobDescription[];
  place?: WatchedPlace | undefined;
}

export interface PollAnswer {
  /** By id: how each of the jobs is now; an error that will stay for one that can no longer be read. */
  jobs: Map<string, JobDescription | PlatformError>;
  /** Active jobs of the place, newest first. */
  active: JobDescription[];
  /** Why the state of some could not be learned just now. */
  trouble?: PlatformError | undefined;
}

/**
 * Looks at any number of jobs with one list of active jobs for each cluster, and one more request for each job
 * that is no longer among them. @throws {PlatformError} when a list fails
 */
export async function poll(
  platform: Platform,
  { jobs, place }: PollRequest,
  call: CallOptions,
): Promise<PollAnswer> {
  const clusters = new Set(jobs.map(({ cluster_name }) => cluster_name));
  if (place !== undefined) clusters.add(place.cluster);
  const lists = await Promise.all(
    [...clusters].map((cluster) => {
      const here = jobs.filter(({ cluster_name }) => cluster_name === cluster);
      const wanted = place?.cluster === cluster ? place : undefined;
      return listActive(platform, { cluster, jobs: here, place: wanted }, call);
    }),
  );
  const seen = new Map(lists.flat().map((job) => [job.id, job]));
  const missing = jobs.map(({ id }) => id).filter((id) => !seen.has(id));
  const { found, trouble } = await eachOf(platform, missing, call);
  return {
    trouble,
    jobs: new Map(jobs.flatMap(({ id }) => entry(id, seen.get(id) ?? found.get(id)))),
    active: place === undefined ? [] : lists.flat().filter((job) => isIn(job, place)),
  };
}

interface ClusterList {
  cluster: string;
  jobs: readonly JobDescription[];
  place: WatchedPlace | undefined;
}

async function listActive(
  platform: Platform,
  { cluster, jobs, place }: ClusterList,
  call: CallOptions,
): Promise<JobDescription[]> {
  if (jobs.length <= FEW && place === undefined) return [];
  const orgs = new Set<string | null>(jobs.map(({ org_name = null }) => org_name));
  const projects = new Set(jobs.map(({ project_name }) => project_name));
  if (place !== undefined) orgs.add(place.org);
  if (place?.project !== undefined) projects.add(place.project);
  const everyProject = place !== undefined && place.project === undefined;
  const filter = {
    statuses: ACTIVE_STATUSES,
    cluster,
    orgs: orgs.has(null) ? [null] : [...orgs],
    projects: everyProject ? [] : [...projects],
    reverse: true,
  };
  const found: JobDescription[] = [];
  for await (const job of platform.jobs.list(filter, call)) found.push(job);
  return found;
}

/** Each of the jobs by itself; one whose state could not be learned just now is left out. */
async function eachOf(
  platform: Platform,
  ids: readonly string[],
  call: CallOptions,
): Promise<{ found: PollAnswer["jobs"]; trouble: PlatformError | undefined }> {
  const outcomes = await platform.jobs.statusMany(ids, {}, call);
  const found: PollAnswer["jobs"] = new Map();
  let trouble: PlatformError | undefined;
  for (const outcome of outcomes) {
    if ("job" in outcome) found.set(outcome.ref, outcome.job);
    else if (STAYING.has(outcome.error.code)) found.set(outcome.ref, outcome.error);
    else trouble = outcome.error;
  }
  return { found, trouble };
}

/** Errors that asking again will not cure. */
const STAYING: ReadonlySet<string> = new Set(["not_found", "not_permitted"]);

function entry<T>(id: string, value: T | undefined): [string, T][] {
  return value === undefined ? [] : [[id, value]];
}

function isIn(job: JobDescription, { cluster, org, project }: WatchedPlace): boolean {
  return (
    job.cluster_name === cluster &&
    (job.org_name ?? org) === org &&
    (project === undefined || job.project_name === project)
  );
}
