import { isOwnTag, type JobDescription, type Platform, type PlatformContext } from "../client/index.ts";
import { dataclassNames } from "../jobs/dataclasses.ts";
import { NO_ORG } from "../jobs/names/ids.ts";
import { secretsIn } from "../jobs/redact/job.ts";

/** What kind of value a variable or argument takes, and so what can be suggested for it. */
export type Suggestion =
  | "cluster"
  | "org"
  | "project"
  | "job"
  | "tag"
  | "preset"
  | "since"
  | "dataclass"
  | readonly string[];

/** What a person has filled in so far, by the name of the variable. */
export type Filled = Readonly<Record<string, string>>;

/** Without the names and tags that hold a secret. */
type Known = Pick<JobDescription, "id" | "tags" | "history"> & { name: string | undefined };

interface Listed {
  jobs: Promise<Known[]>;
  atMs: number;
}

/** People type faster than jobs appear: within this time the same list will do. */
const FRESH_MS = 5000;
/** Up to this age a list is still answered, while a newer one is fetched. */
const USABLE_MS = 60_000;
const MOST_LISTS = 50;
const NEWEST = 300;
const AGES = ["10m", "1h", "6h", "1d", "7d", "today", "yesterday"];

/** What could be meant, from what the platform knows; asked seldom, so that it can be asked with every key. */
export class Suggestions {
  readonly #platform: Platform;
  readonly #lists = new Map<string, Listed>();

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /** All values that fit what is filled in, best first. @throws {PlatformError} */
  async of(kind: Suggestion, filled: Filled): Promise<readonly string[]> {
    if (typeof kind !== "string") return kind;
    if (kind === "dataclass") return dataclassNames;
    const context = await this.#platform.context();
    if (kind === "cluster") return context.clusters.map(({ name }) => name);
    if (kind === "org") return orgs(context, filled);
    if (kind === "project") return projects(context, filled);
    if (kind === "preset") return presets(context);
    const jobs = await this.#jobs(context, filled);
    if (kind === "tag") return tags(jobs);
    return kind === "job" ? refs(jobs) : moments(jobs, filled);
  }

  async #jobs({ selection }: PlatformContext, filled: Filled): Promise<Known[]> {
    const { cluster = selection.cluster, org = selection.org, project = selection.project } = filled;
    const key = JSON.stringify([cluster, org, project]);
    const known = this.#lists.get(key);
    const ageMs = known === undefined ? Number.POSITIVE_INFINITY : performance.now() - known.atMs;
    if (known !== undefined && ageMs < FRESH_MS) return await known.jobs;
    const orgs = org === NO_ORG ? [null] : [org];
    const fetched = this.#fetch({ cluster, orgs, projects: project === undefined ? [] : [project] });
    this.#remember(key, fetched);
    if (known === undefined || ageMs > USABLE_MS) return await fetched;
    return await known.jobs;
  }

  async #fetch(at: { cluster: string; orgs: (string | null)[]; projects: string[] }): Promise<Known[]> {
    const jobs: Known[] = [];
    const newest = this.#platform.jobs.list({ ...at, reverse: true, limit: NEWEST });
    for await (const job of newest) jobs.push(knownOf(job));
    return jobs;
  }

  #remember(key: string, jobs: Promise<Known[]>): void {
    const listed = { jobs, atMs: performance.now() };
    this.#lists.delete(key);
    this.#lists.set(key, listed);
    const [oldest] = this.#lists.keys();
    if (this.#lists.size > MOST_LISTS && oldest !== undefined) this.#lists.delete(oldest);
    // Whoever waits for it hears of the failure; the next one asks anew.
    jobs.catch(() => {
      if (this.#lists.get(key) === listed) this.#lists.delete(key);
    });
  }
}

function knownOf(job: JobDescription): Known {
  const { id, name = "", tags, history } = job;
  const isSecret = secretsIn(job);
  return {
    id,
    name: name === "" || isSecret(name) ? undefined : name,
    tags: tags.filter((tag) => !isOwnTag(tag) && !isSecret(tag)),
    history,
  };
}

function orgs({ clusters, projects }: PlatformContext, { cluster }: Filled): string[] {
  const here = (name: string) => cluster === undefined || name === cluster;
  return unique([
    ...clusters.filter(({ name }) => here(name)).flatMap((found) => found.orgs),
    ...projects.filter(({ cluster_name }) => here(cluster_name)).map(({ org_name }) => org_name),
  ]);
}

function projects({ projects: all }: PlatformContext, { cluster, org }: Filled): string[] {
  const fitting = all.filter(
    ({ cluster_name, org_name }) =>
      (cluster ?? cluster_name) === cluster_name && (org ?? org_name) === org_name,
  );
  return unique(fitting.map(({ name }) => name));
}

function presets({ clusters, selection }: PlatformContext): string[] {
  const cluster = clusters.find(({ name }) => name === selection.cluster);
  return (cluster?.presets ?? []).map(({ name }) => name);
}

function refs(jobs: readonly Known[]): string[] {
  return unique([...jobs.flatMap(({ name }) => name ?? []), ...jobs.map(({ id }) => id)]);
}

function tags(jobs: readonly Known[]): string[] {
  return unique(jobs.flatMap((job) => job.tags));
}

function moments(jobs: readonly Known[], { job: ref }: Filled): string[] {
  const job = jobs.find(({ id, name }) => id === ref || name === ref);
  const { started_at, created_at } = job?.history ?? {};
  return [...AGES, ...[started_at, created_at].filter((time) => time !== undefined)];
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
