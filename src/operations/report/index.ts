import type { JobDescription } from "../../client/index.ts";
import { oneLine } from "../../foreign.ts";
import { compareCredits, sumCredits } from "../../jobs/cost.ts";
import type { UnknownProject } from "../../jobs/names/near.ts";
import { signalOf } from "../../jobs/reasons/exit-codes.ts";
import { redactJob } from "../../jobs/redact/job.ts";
import { causeOf } from "../../jobs/rows.ts";
import { type Call, redactorFor } from "../caller.ts";
import { type Places, placesOf } from "../find/places.ts";
import {
  addPart,
  emptyTally,
  type Group,
  type Grouping,
  Groups,
  type OtherGroups,
  type Tally,
} from "./groups.ts";
import { type Life, lifeOf, type Part, type Period, partOf, waitOf } from "./part.ts";
import { type Reading, readJobs } from "./read.ts";
import { Top } from "./top.ts";

const MOST_GROUPS = 12;
/** Of days alone there is no other order than theirs. */
const MOST_DAYS = 31;
const MOST_DEAREST = 10;
const MOST_WAITED = 3;
const MOST_CAUSES = 8;
/** Causes that are told apart while jobs are read. */
const MOST_CAUSES_KEPT = 500;
const MOST_PLACES_KEPT = 1000;
const LONGEST_KEY = 60;

export interface ReportQuery {
  since: Date;
  until?: Date | undefined;
  /** One or two. */
  by: readonly Grouping[];
  /** As in `listJobs`. */
  projects?: readonly string[] | undefined;
}

/** Where the credits of a period went. Sums count what lies in it: of a job that also ran outside, a share. */
export interface Report extends Tally {
  place: string;
  period: Period;
  nowMs: number;
  me: string;
  created: number;
  /** Jobs that also ran outside the period. */
  shares: number;
  /** Jobs whose cost could not be read; they are in no sum. */
  unpriced: number;
  by: readonly Grouping[];
  groups: Group[];
  otherGroups: OtherGroups;
  /** The dearest first. */
  dearest: Named<Priced>[];
  /** The longest first. */
  waited: Named<Waited>[];
  /** Of those that failed in the period, the most frequent first, each with the dearest job. */
  causes: Cause[];
  otherCauses: { causes: number; jobs: number };
  /** Ended in the period by the platform because their life spans were over; the dearest of them first. */
  lifeSpanEnded: { jobs: number; credits: string; dearest: JobDescription[] };
  reading: Reading;
  unknownProjects: UnknownProject[];
}

type Priced = Pick<Part, "job" | "credits" | "gpuSeconds">;

interface Waited {
  job: JobDescription;
  seconds: number;
  /** It still does. */
  isWaiting: boolean;
}

/** With the project, if they can be of several. */
type Named<T> = T & { project?: string | undefined };

interface Cause {
  cause: string;
  jobs: number;
  credits: string;
  example: JobDescription;
}

/** Reads the jobs of a period as a stream and keeps sums. */
export async function reportJobs(call: Call, { since, until, by, projects }: ReportQuery): Promise<Report> {
  const nowMs = Date.now();
  const context = await call.caller.platform.context({ signal: call.signal });
  const places = placesOf(projects ?? [], context);
  const period = { fromMs: since.getTime(), toMs: until?.getTime() ?? Number.POSITIVE_INFINITY };
  const sums = new Sums({ places, period, by, nowMs });
  const reading = await readJobs(call, { places, period }, (job) => sums.take(job));
  const redact = redactorFor(call.caller, []);
  const shownKey = (text: string | undefined) => text && shortKey(redact(text).text);
  const { groups, dearest, causes, ...facts } = sums.facts();
  return {
    ...facts,
    groups: groups.map((group) => ({ ...group, keys: group.keys.map(shownKey) })),
    dearest: dearest.map(({ job, ...priced }) => ({ ...priced, job: redactJob(job, redact) })),
    causes: causes.map((cause) => ({ ...cause, cause: redact(cause.cause).text })),
    ...{ by, period, reading, nowMs, me: context.user },
    place: places.label,
  };
}

interface Frame {
  places: Places;
  period: Period;
  by: readonly Grouping[];
  nowMs: number;
}

/** What is kept of the jobs read: bounded, however many there are. */
class Sums {
  readonly #frame: Frame;
  readonly #groups: Groups;
  readonly #total = { ...emptyTally(), created: 0, shares: 0, unpriced: 0 };
  readonly #dearest = new Top<Priced>(MOST_DEAREST, byCredits);
  readonly #waited = new Top<Waited>(MOST_WAITED, (a, b) => a.seconds - b.seconds);
  readonly #causes = new Map<string, Cause>();
  readonly #lifeSpan = { jobs: 0, credits: "0", dearest: new Top<Priced>(MOST_WAITED, byCredits) };
  /** One job of each place. */
  readonly #seen = new Map<string, JobDescription>();

  constructor(frame: Frame) {
    this.#frame = frame;
    this.#groups = new Groups(frame.by, frame.places.nameOf);
  }

  take(job: JobDescription): void {
    const { period, nowMs } = this.#frame;
    const place = `${job.org_name}/${job.project_name}`;
    if (this.#seen.size < MOST_PLACES_KEPT && !this.#seen.has(place)) this.#seen.set(place, job);
    const life = lifeOf(job, nowMs);
    const part = partOf(life, period);
    if (part === undefined) return;
    addPart(this.#total, part);
    if (part.isCreated) this.#total.created += 1;
    if (part.isShare) this.#total.shares += 1;
    if (job.total_price_credits === "") this.#total.unpriced += 1;
    this.#groups.add(life, period, nowMs);
    if (compareCredits(part.credits, "0") > 0) this.#dearest.offer(part);
    this.#takeWait(life);
    if (part.isEnded) this.#takeEnd(part);
  }

  facts() {
    const { by, places } = this.#frame;
    const { groups, others } = this.#groups.most(by.every((key) => key === "day") ? MOST_DAYS : MOST_GROUPS);
    const causes = [...this.#causes.values()].sort(
      (a, b) => b.jobs - a.jobs || compareCredits(b.credits, a.credits),
    );
    const named = <T extends { job: JobDescription }>(each: T): Named<T> =>
      places.isSeveral ? { ...each, project: places.nameOf(each.job) } : each;
    const shown = causes.slice(0, MOST_CAUSES);
    const explained = shown.reduce((sum, { jobs }) => sum + jobs, 0);
    return {
      ...this.#total,
      groups,
      otherGroups: others,
      dearest: this.#dearest.items.map(named),
      waited: this.#waited.items.map(named),
      causes: shown,
      otherCauses: { causes: causes.length - shown.length, jobs: this.#total.failed - explained },
      lifeSpanEnded: { ...this.#lifeSpan, dearest: this.#lifeSpan.dearest.items.map(({ job }) => job) },
      unknownProjects: places.unknown([...this.#seen.values()]),
    };
  }

  #takeWait(life: Life): void {
    const { period, nowMs } = this.#frame;
    const wait = waitOf(life, nowMs);
    if (wait === undefined || wait.toMs < period.fromMs) return;
    const { job } = life;
    const isWaiting = job.status === "pending";
    this.#waited.offer({ job, seconds: (wait.toMs - wait.fromMs) / 1000, isWaiting });
  }

  #takeEnd(part: Part): void {
    const { job, credits } = part;
    if (job.history.reason === "LifeSpanEnded") {
      this.#lifeSpan.jobs += 1;
      this.#lifeSpan.credits = sumCredits([this.#lifeSpan.credits, credits]);
      this.#lifeSpan.dearest.offer(part);
    }
    if (job.status === "failed") this.#takeFailure(part);
  }

  #takeFailure({ job, credits }: Part): void {
    const cause = causeOfFailure(job);
    const known = this.#causes.get(cause);
    if (known !== undefined) {
      known.jobs += 1;
      known.credits = sumCredits([known.credits, credits]);
      if (compareCredits(job.total_price_credits, known.example.total_price_credits) > 0) known.example = job;
    } else if (this.#causes.size < MOST_CAUSES_KEPT)
      this.#causes.set(cause, { cause, jobs: 1, credits, example: job });
  }
}

function shortKey(key: string): string {
  const line = oneLine(key);
  return line.length <= LONGEST_KEY ? line : `${line.slice(0, LONGEST_KEY - 1)}…`;
}

function byCredits(a: Priced, b: Priced): number {
  return compareCredits(a.credits, b.credits);
}

/** The platform's reason, or the exit code where the reason says no more than that there is one. */
function causeOfFailure(job: JobDescription): string {
  const { exit_code: code } = job.history;
  const reason = causeOf(job);
  if (reason !== undefined && reason !== "Error") return reason;
  if (code === undefined) return reason ?? "no reason given";
  const signal = signalOf(code);
  return `exit code ${code}${signal === undefined ? "" : ` (${signal})`}`;
}
