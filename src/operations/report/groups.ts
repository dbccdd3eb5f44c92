import { isOwnTag, type JobDescription } from "../../client/index.ts";
import { compareCredits, sumCredits } from "../../jobs/cost.ts";
import { ownHiderOf } from "../../jobs/redact/job.ts";
import { type Life, type Part, type Period, partOf } from "./part.ts";

export const GROUPINGS = ["owner", "tag", "preset", "project", "day"] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** Jobs summed up. */
export interface Tally {
  jobs: number;
  ended: number;
  failed: number;
  credits: string;
  failedCredits: string;
  gpuSeconds: number;
}

/**
 * `keys` in the order of the groupings; undefined where a job has none. They are without the secrets of their own
 * jobs, and else as they are.
 */
export interface Group extends Tally {
  keys: (string | undefined)[];
}

/** Those that are not shown, summed up: so many, or more of them than were told apart. */
export interface OtherGroups extends Tally {
  groups: number;
  areMore: boolean;
}

const DAY_MS = 86_400_000;
/** Groups that are kept while jobs are read; later ones are summed up as one. */
const MOST_KEPT = 2000;

export function emptyTally(): Tally {
  return { jobs: 0, ended: 0, failed: 0, credits: "0", failedCredits: "0", gpuSeconds: 0 };
}

export function addPart(tally: Tally, { job, credits, gpuSeconds, isEnded }: Part): void {
  tally.jobs += 1;
  tally.credits = sumCredits([tally.credits, credits]);
  tally.gpuSeconds += gpuSeconds;
  if (isEnded) tally.ended += 1;
  if (!isEnded || job.status !== "failed") return;
  tally.failed += 1;
  tally.failedCredits = sumCredits([tally.failedCredits, credits]);
}

/** Sums by one or two groupings at once, in bounded memory. A job with several tags counts for each. */
export class Groups {
  readonly #by: readonly Grouping[];
  readonly #projectOf: (job: JobDescription) => string;
  readonly #groups = new Map<string, Group>();
  readonly #others = emptyTally();

  constructor(by: readonly Grouping[], projectOf: (job: JobDescription) => string) {
    this.#by = by;
    this.#projectOf = projectOf;
  }

  add(life: Life, period: Period, nowMs: number): void {
    const windows = this.#by.includes("day") ? daysOf(life, period, nowMs) : [{ ...period, day: undefined }];
    for (const { day, ...window } of windows) {
      const part = partOf(life, window);
      if (part !== undefined)
        for (const keys of this.#keysOf(life.job, day)) addPart(this.#tally(keys), part);
    }
  }

  /** Those with the most credits, in the order of days where these are asked for, and the sum of all others. */
  most(count: number): { groups: Group[]; others: OtherGroups } {
    const sorted = [...this.#groups.values()].sort(
      (a, b) => compareCredits(b.credits, a.credits) || b.jobs - a.jobs,
    );
    const groups = sorted.slice(0, count);
    const rest = sorted.slice(count);
    const others = [this.#others, ...rest].reduce<Tally>(plus, emptyTally());
    const day = this.#by.indexOf("day");
    if (day >= 0) groups.sort((a, b) => (a.keys[day] ?? "").localeCompare(b.keys[day] ?? ""));
    return { groups, others: { ...others, groups: rest.length, areMore: this.#others.jobs > 0 } };
  }

  #keysOf(job: JobDescription, day: string | undefined): (string | undefined)[][] {
    return this.#by.reduce<(string | undefined)[][]>(
      (lists, grouping) =>
        lists.flatMap((keys) => this.#valuesOf(job, grouping, day).map((value) => [...keys, value])),
      [[]],
    );
  }

  #valuesOf(job: JobDescription, grouping: Grouping, day: string | undefined): (string | undefined)[] {
    if (grouping === "owner") return [job.owner];
    if (grouping === "preset") return [job.preset_name && ownHiderOf(job)(job.preset_name)];
    if (grouping === "project") return [this.#projectOf(job)];
    if (grouping === "day") return [day];
    const tags = job.tags.filter((tag) => !isOwnTag(tag)).map(ownHiderOf(job));
    return tags.length === 0 ? [undefined] : [...new Set(tags)];
  }

  #tally(keys: (string | undefined)[]): Tally {
    const name = JSON.stringify(keys);
    const known = this.#groups.get(name);
    if (known !== undefined) return known;
    if (this.#groups.size >= MOST_KEPT) return this.#others;
    const group = { keys, ...emptyTally() };
    this.#groups.set(name, group);
    return group;
  }
}

function plus(a: Tally, b: Tally): Tally {
  return {
    jobs: a.jobs + b.jobs,
    ended: a.ended + b.ended,
    failed: a.failed + b.failed,
    credits: sumCredits([a.credits, b.credits]),
    failedCredits: sumCredits([a.failedCredits, b.failedCredits]),
    gpuSeconds: a.gpuSeconds + b.gpuSeconds,
  };
}

/** The days of UTC on which a job was there, as far as they lie in the period. */
function* daysOf(life: Life, period: Period, nowMs: number): Generator<Period & { day: string }> {
  const endMs = Math.min(life.toMs, Math.max(nowMs, life.fromMs), period.toMs - 1);
  for (let fromMs = Math.max(life.fromMs, period.fromMs); fromMs <= endMs; ) {
    const nextMs = Math.floor(fromMs / DAY_MS + 1) * DAY_MS;
    const day = new Date(fromMs).toISOString().slice(0, 10);
    yield { fromMs, toMs: Math.min(nextMs, period.toMs), day };
    fromMs = nextMs;
  }
}
