import {
  ACTIVE_STATUSES,
  type CallOptions,
  isActive,
  type JobDescription,
  Limit,
  type ListFilter,
  type Platform,
  PlatformError,
} from "../../client/index.ts";
import { passing } from "../patience.ts";

/** The most jobs of a cluster to ask for one by one; more are read with one list. */
const FEW = 3;
/** How many jobs a list may have for one that is looked for, and for few: more cost more than to ask one by one. */
const LISTED_FOR_EACH = 2;
const LISTED_FOR_FEW = 500;
/** The longest look; the next one asks anew. */
const LOOK_MS = 8000;
/** The platform counts as silent when looks have brought nothing for this long. */
const SILENCE_MS = 3000;
/** Errors about a job that asking again will not cure. */
const STAYING: ReadonlySet<string> = new Set(["not_found", "not_permitted"]);
/** Creation times have more digits than a Date. */
const ROUNDING_MS = 2;

/** A place whose active jobs are wanted as a whole. */
interface WatchedPlace {
  cluster: string;
  org: string;
  project?: string | undefined;
}

/** What a look brought, even if some of it failed. */
interface Sight {
  /** By id: each job as it is now, or the lasting error why it can no longer be read. */
  jobs: Map<string, JobDescription | PlatformError>;
  /** Active jobs of the place, newest first; absent if they could not be read. */
  active?: JobDescription[] | undefined;
  /** Why some could not be read just now. */
  failure?: unknown;
}

/** Looks at any number of jobs again and again, with one list for each cluster that has many of them. */
export class JobsPoll {
  readonly #platform: Platform;
  /** Jobs that no list shows, by id. */
  readonly #singly = new Set<string>();

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /**
   * The jobs, given as last seen, as they are now: from the lists first, then one by one those that no list showed.
   * With a place, its active jobs too.
   */
  async look(
    { jobs, place }: { jobs: readonly JobDescription[]; place?: WatchedPlace | undefined },
    call: CallOptions,
  ): Promise<Sight> {
    const ids = new Set(jobs.map(({ id }) => id));
    for (const id of this.#singly) if (!ids.has(id)) this.#singly.delete(id);
    const clusters = new Set(jobs.map(({ cluster_name }) => cluster_name));
    if (place !== undefined) clusters.add(place.cluster);
    const sights = await Promise.all(
      Array.from(clusters, (cluster) => {
        const here = jobs.filter(({ cluster_name }) => cluster_name === cluster);
        return this.#lookAt(here, place?.cluster === cluster ? place : undefined, call);
      }),
    );
    return {
      jobs: new Map(sights.flatMap((sight) => [...sight.jobs])),
      active: sights.find(({ active }) => active !== undefined)?.active,
      failure: sights.find(({ failure }) => failure !== undefined)?.failure,
    };
  }

  /** The same for one cluster. */
  async #lookAt(
    jobs: readonly JobDescription[],
    place: WatchedPlace | undefined,
    call: CallOptions,
  ): Promise<Sight> {
    const sight: Sight = { jobs: new Map() };
    try {
      const listed = jobs.filter(({ id }) => !this.#singly.has(id));
      if (place !== undefined) await this.#listPlace(listed, { place, sight }, call);
      else if (listed.length > FEW) await this.#listJobs(listed, sight, call);
      const missing = jobs.map(({ id }) => id).filter((id) => !sight.jobs.has(id));
      for (const outcome of await this.#platform.jobs.statusMany(missing, {}, call)) {
        if ("job" in outcome) sight.jobs.set(outcome.ref, outcome.job);
        else if (STAYING.has(outcome.error.code)) sight.jobs.set(outcome.ref, outcome.error);
        else sight.failure = outcome.error;
      }
    } catch (error) {
      sight.failure = error;
    }
    return sight;
  }

  /** Notes the jobs that a list shows; the others are asked for singly from now on. */
  async #listJobs(jobs: readonly JobDescription[], sight: Sight, call: CallOptions): Promise<void> {
    const missing = new Set(jobs.map(({ id }) => id));
    for await (const job of this.#platform.jobs.list(filterOf(jobs), call)) {
      if (missing.delete(job.id)) sight.jobs.set(job.id, job);
      if (missing.size === 0) break;
    }
    for (const id of missing) this.#singly.add(id);
  }

  /** Notes all active jobs of a place, and which of the jobs are among them. */
  async #listPlace(
    jobs: readonly JobDescription[],
    { place, sight }: { place: WatchedPlace; sight: Sight },
    call: CallOptions,
  ): Promise<void> {
    const wanted = new Set(jobs.map(({ id }) => id));
    const active: JobDescription[] = [];
    for await (const job of this.#platform.jobs.list(placeFilter(jobs, place), call)) {
      if (wanted.has(job.id)) sight.jobs.set(job.id, job);
      if (isIn(job, place)) active.push(job);
    }
    sight.active = active;
  }
}

/** Jobs created in the same period as these, whatever their status. */
function filterOf(jobs: readonly JobDescription[]): ListFilter {
  const [first] = jobs;
  const times = jobs
    .map(({ history }) => Date.parse(history.created_at ?? ""))
    .filter((ms) => !Number.isNaN(ms));
  const isKnown = times.length > 0;
  return {
    cluster: first?.cluster_name,
    orgs: orgsOf(jobs),
    projects: projectsOf(jobs),
    since: isKnown ? new Date(Math.min(...times) - ROUNDING_MS) : undefined,
    until: isKnown ? new Date(Math.max(...times) + ROUNDING_MS) : undefined,
    reverse: true,
    limit: Math.max(LISTED_FOR_FEW, LISTED_FOR_EACH * jobs.length),
  };
}

/** Active jobs of a place, and of the places of these jobs. */
function placeFilter(jobs: readonly JobDescription[], { cluster, org, project }: WatchedPlace): ListFilter {
  return {
    statuses: ACTIVE_STATUSES,
    cluster,
    orgs: orgsOf(jobs, org),
    projects: project === undefined ? [] : projectsOf(jobs, project),
    reverse: true,
  };
}

/** A job of no org is found by asking for every org. */
function orgsOf(jobs: readonly JobDescription[], ...more: string[]): (string | null)[] {
  const orgs = new Set<string | null>([...jobs.map(({ org_name = null }) => org_name), ...more]);
  return orgs.has(null) ? [null] : [...orgs];
}

function projectsOf(jobs: readonly JobDescription[], ...more: string[]): string[] {
  return [...new Set([...jobs.map(({ project_name }) => project_name), ...more])];
}

function isIn(job: JobDescription, { cluster, org, project }: WatchedPlace): boolean {
  return (
    job.cluster_name === cluster &&
    (job.org_name ?? org) === org &&
    (project === undefined || job.project_name === project)
  );
}

/** Jobs whose state is asked for until it is as somebody wants it. */
export class Poll {
  readonly #jobs: readonly JobDescription[];
  readonly #poll: JobsPoll;
  readonly #seen = new Map<string, JobDescription>();
  readonly #gone = new Map<string, PlatformError>();
  #heardMs = performance.now();
  #trouble: PlatformError | undefined;
  #answeredAtMs: number | undefined;

  constructor(jobs: readonly JobDescription[], platform: Platform) {
    this.#jobs = jobs;
    this.#poll = new JobsPoll(platform);
  }

  /** The jobs as last seen, in the order given. */
  get jobs(): JobDescription[] {
    return this.#jobs.map((job) => this.#seen.get(job.id) ?? job);
  }

  /** Jobs whose record can no longer be read, by id, and why; they are not asked for again. */
  get gone(): ReadonlyMap<string, PlatformError> {
    return this.#gone;
  }

  /** What went wrong at the last attempt; undefined if nothing did. */
  get trouble(): PlatformError | undefined {
    return this.#trouble;
  }

  /** When the platform last told how the jobs are, in Unix milliseconds; undefined before the first look. */
  get answeredAtMs(): number | undefined {
    return this.#answeredAtMs;
  }

  /**
   * Asks once, for some seconds and no longer than until `deadlineMs`. A passing fault of the platform, or its
   * silence, becomes `trouble`; any other error is thrown.
   */
  async refresh(signal: AbortSignal, deadlineMs: number): Promise<void> {
    const active = this.jobs.filter(({ id, status }) => isActive(status) && !this.#gone.has(id));
    const limit = new Limit(signal, { ms: Math.min(LOOK_MS, deadlineMs - performance.now()) });
    const { jobs, failure } = await this.#poll.look({ jobs: active }, { signal: limit.signal });
    limit.close();
    for (const [id, found] of jobs)
      if (found instanceof PlatformError) this.#gone.set(id, found);
      else this.#seen.set(id, found);
    if (failure === undefined) {
      this.#trouble = undefined;
      this.#answeredAtMs = Date.now();
      this.#heardMs = performance.now();
      return;
    }
    signal.throwIfAborted();
    if (!limit.isOver) this.#trouble = passing(failure);
    // A look that the end of the wait cut short says nothing about the platform.
    else if (performance.now() - this.#heardMs >= SILENCE_MS)
      this.#trouble = new PlatformError("timed_out", "it did not answer in time.", { cause: failure });
  }
}
