import { firstIndex } from "../first-index.ts";
import { current, FINISHED, isFinished, type JobFilter, type JobRecord, type JobStatus } from "./job.ts";
import { createdMs } from "./job-history.ts";

/** Told about every change, before the change is visible to a caller. */
interface TableListener {
  saved(job: JobRecord): void;
  removed(id: string): void;
}

/** Every job, indexed so that 100,000 finished ones cost nothing; to be added in about their order of creation. */
export class JobTable {
  readonly #listener: TableListener;
  readonly #byId = new Map<string, JobRecord>();
  readonly #all: JobRecord[] = [];
  readonly #byName = new Map<string, JobRecord[]>();
  readonly #byTag = new Map<string, JobRecord[]>();
  readonly #active = new Set<JobRecord>();

  constructor(listener: TableListener) {
    this.#listener = listener;
  }

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): JobRecord | undefined {
    return this.#byId.get(id);
  }

  /** Oldest first unless `reverse`. */
  list(filter: JobFilter): JobRecord[] {
    return [...this.each(filter)];
  }

  /** As `list`, of the jobs that there are now, each looked at only once it is wanted. */
  each(filter: JobFilter): Iterable<JobRecord> {
    return matching(inPeriod(this.#candidates(filter), filter), filter);
  }

  /** The newest job with that name of that owner. Source: protocol reference 3.10. */
  newestNamed(name: string, owner: string): JobRecord | undefined {
    return this.#byName.get(name)?.findLast((job) => job.owner === owner);
  }

  /** The unfinished job that holds a name in a project. Source: protocol reference 3.8, row 17. */
  activeNamed(name: string, project: string): JobRecord | undefined {
    return this.#byName.get(name)?.findLast((job) => job.project === project && this.#active.has(job));
  }

  active(): JobRecord[] {
    return [...this.#active].sort((a, b) => createdMs(a) - createdMs(b));
  }

  add(job: JobRecord): void {
    this.#byId.set(job.id, job);
    for (const list of this.#indexes(job)) {
      const later = firstCreated(list, (ms) => ms > createdMs(job));
      list.splice(later, 0, job);
    }
    if (!isFinished(job)) this.#active.add(job);
    this.#listener.saved(job);
  }

  /** Must be called after each change of a record: indexes and journal follow. */
  changed(job: JobRecord): void {
    // What was removed in the meantime must not come back with the journal.
    if (this.#byId.get(job.id) !== job) return;
    if (isFinished(job)) this.#active.delete(job);
    this.#listener.saved(job);
  }

  remove(id: string): void {
    const job = this.#byId.get(id);
    if (job === undefined) return;
    this.#byId.delete(id);
    this.#active.delete(job);
    for (const list of this.#indexes(job)) list.splice(list.indexOf(job), 1);
    this.#listener.removed(id);
  }

  #indexes({ name, tags }: JobRecord): JobRecord[][] {
    const named = name === undefined ? [] : [bucket(this.#byName, name)];
    return [this.#all, ...named, ...tags.map((tag) => bucket(this.#byTag, tag))];
  }

  /** The shortest ordered list that holds every job the filter can match. */
  #candidates({ name, tags = [], statuses }: JobFilter): JobRecord[] {
    const lists = [this.#all];
    if (name !== undefined) lists.push(this.#byName.get(name) ?? []);
    for (const tag of tags) lists.push(this.#byTag.get(tag) ?? []);
    if (onlyActive(statuses)) lists.push(this.active());
    return lists.reduce((best, list) => (list.length < best.length ? list : best));
  }
}

function inPeriod(list: readonly JobRecord[], { sinceMs, untilMs, reverse }: JobFilter): JobRecord[] {
  const from = sinceMs === undefined ? 0 : firstCreated(list, (ms) => ms >= sinceMs);
  const to = untilMs === undefined ? list.length : firstCreated(list, (ms) => ms > untilMs);
  const jobs = list.slice(from, to);
  return reverse === true ? jobs.reverse() : jobs;
}

function* matching(jobs: readonly JobRecord[], filter: JobFilter): Generator<JobRecord> {
  let left = filter.limit ?? Number.POSITIVE_INFINITY;
  for (const job of jobs) {
    if (left <= 0) return;
    if (!matches(job, filter)) continue;
    left -= 1;
    yield job;
  }
}

function matches(job: JobRecord, filter: JobFilter): boolean {
  const same = (wanted: unknown, value: unknown) => wanted === undefined || wanted === value;
  return (
    same(filter.beingDropped, job.beingDropped) &&
    same(filter.materialized, job.materialized) &&
    filter.statuses?.has(current(job).status) !== false &&
    same(filter.name, job.name) &&
    (filter.tags ?? []).every((tag) => job.tags.includes(tag)) &&
    filter.visible?.(job) !== false
  );
}

function onlyActive(statuses: ReadonlySet<JobStatus> | undefined): boolean {
  return statuses !== undefined && statuses.size > 0 && ![...statuses].some((status) => FINISHED.has(status));
}

function firstCreated(list: readonly JobRecord[], reached: (ms: number) => boolean): number {
  return firstIndex(list.length, (index) => {
    const job = list[index];
    return job !== undefined && reached(createdMs(job));
  });
}

function bucket(map: Map<string, JobRecord[]>, key: string): JobRecord[] {
  const list = map.get(key) ?? [];
  map.set(key, list);
  return list;
}
