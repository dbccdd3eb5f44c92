import { FINISHED_STATUSES, isActive, type JobDescription } from "../../client/index.ts";
import { hasGpu } from "../../jobs/hardware.ts";
import type { UnknownProject } from "../../jobs/names/near.ts";
import { hiderOf } from "../../jobs/redact/job.ts";
import { MARK } from "../../jobs/redact/spans.ts";
import { countStatuses, type StatusCounts } from "../../jobs/rows.ts";
import { type Asking, type Caller, redactorFor } from "../caller.ts";
import { type Places, placesOf } from "../find/places.ts";
import { type Nothing, whyNothing } from "./nothing.ts";
import { type ListQuery, listPage, type Page } from "./page.ts";
import { type CreditSums, creditSums, type GpuHours, gpuHours, type Spending, spendingOf } from "./sums.ts";

/** The most jobs counted; of a search in texts or among ends, the most looked at. */
const COUNTED_JOBS = 1000;
const SEARCHED_JOBS = 5000;

/** Some jobs, newest first, and what all that match are and cost together. */
export interface JobPage
  extends Pick<Page, "examined" | "isComplete" | "unreadable" | "cursorAfter" | "since" | "endedSince"> {
  rows: ListedJob[];
  /** How many match, as far as they were looked at. */
  matching: number;
  counts: StatusCounts;
  credits: CreditSums;
  /** Absent where no job had a GPU. */
  gpuHours: GpuHours | undefined;
  /** What the active ones cost and may cost; absent where there are none. */
  spending: Spending | undefined;
  nextCursor: string | undefined;
  /** Not the first page. */
  isFurther: boolean;
  /** The places asked for: `default/acme/vision`. */
  place: string;
  /** Places that hold none of the jobs and that the caller's configuration does not name. */
  unknownProjects: UnknownProject[];
  /** Why there are none. */
  nothing?: Nothing | undefined;
  /** How a call names those that have not ended. */
  activeRefs: string[];
  /** The caller. */
  me: string;
  /** Whose jobs were asked for; everybody's where nobody was named. */
  owner?: string | undefined;
  /** When it was read. */
  nowMs: number;
}

interface ListedJob {
  job: JobDescription;
  /** Only if the list covers several. */
  project?: string | undefined;
}

/** One page of the jobs that a query finds. */
export async function listJobs(call: Asking, query: ListQuery): Promise<JobPage> {
  const nowMs = Date.now();
  const context = await call.caller.platform.context({ signal: call.signal });
  const me = context.user;
  const places = placesOf(query.projects ?? [], context);
  const { limit, cursor, text, preset, gpu, endedSince } = query;
  const isSearch = [text, preset, gpu, endedSince].some((filter) => filter !== undefined);
  const { scanLimit = isSearch ? SEARCHED_JOBS : COUNTED_JOBS } = query;
  const matches = (job: JobDescription) =>
    places.covers(job) &&
    isBefore(job, query.until) &&
    (preset === undefined || contains(job.preset_name ?? "", preset)) &&
    (gpu === undefined || hasGpu(job.container.resources) === gpu) &&
    (text === undefined || shows(job, text, call.caller));
  const filter = { ...places.filter, ...filterOf(query, me) };
  const page = await listPage(
    call.caller,
    { filter, endedSince, matches, limit, scanLimit, cursor },
    call.signal,
  );
  const facts = pageFacts(page, { places, me, nowMs, isFurther: cursor !== undefined });
  const owner = query.owner === "me" ? me : query.owner;
  if (page.matching.length > 0 || cursor !== undefined) return { ...facts, owner };
  if (!page.isComplete) return { ...facts, owner, nothing: { reason: "newest", unknown: [] } };
  return { ...facts, owner, nothing: await whyNothing(call, { query, places, me }) };
}

/** What a page says of its jobs. */
export function pageFacts(
  { shown, matching, ...page }: Page,
  {
    places,
    ...seen
  }: { places: Omit<Places, "filter" | "covers">; me: string; nowMs: number; isFurther: boolean },
): JobPage {
  return {
    ...page,
    ...seen,
    rows: shown.map((job) => ({ job, project: places.isSeveral ? places.nameOf(job) : undefined })),
    matching: matching.length,
    counts: countStatuses(matching),
    credits: creditSums(matching, places.nameOf),
    gpuHours: gpuHours(matching, seen.nowMs),
    spending: spendingOf(matching, seen.nowMs),
    place: places.label,
    unknownProjects: places.unknown(matching),
    activeRefs: activeRefs(matching, places),
  };
}

/** By name where each name is one job of the selected project, by id otherwise. */
function activeRefs(
  matching: readonly JobDescription[],
  { isSelected }: Pick<Places, "isSelected">,
): string[] {
  const names = new Set(matching.map(({ name }) => name));
  const areClear = names.size === matching.length && !names.has(undefined) && isSelected;
  return matching.filter(({ status }) => isActive(status)).map(({ id, name = id }) => (areClear ? name : id));
}

function filterOf({ statuses, name, tags, owner, since, until, endedSince }: ListQuery, me: string) {
  return {
    statuses: statuses ?? (endedSince === undefined ? undefined : FINISHED_STATUSES),
    name,
    tags,
    since,
    until,
    owners: owner === undefined ? undefined : [owner === "me" ? me : owner],
  };
}

/** Only what is shown is searched: a hidden value must not be found letter by letter. */
function shows(job: JobDescription, wanted: string, caller: Caller): boolean {
  if (!textsOf(job).some((text) => contains(text, wanted))) return false;
  const hide = hiderOf(job, redactorFor(caller, []));
  return textsOf(job).some((text) =>
    hide(text)
      .split(MARK)
      .some((part) => contains(part, wanted)),
  );
}

/** The platform's own filter takes the moment itself in. */
function isBefore({ history }: JobDescription, until: Date | undefined): boolean {
  return until === undefined || Date.parse(history.created_at ?? "") < until.getTime();
}

function contains(text: string, wanted: string): boolean {
  return text.toLowerCase().includes(wanted.toLowerCase());
}

function textsOf({ name, description, container, history }: JobDescription): string[] {
  const { image, command, entrypoint } = container;
  const imageText =
    [image.registry, image.name].filter(Boolean).join("/") + (image.tag === undefined ? "" : `:${image.tag}`);
  return [name, description, imageText, command, entrypoint, history.reason].flatMap((text) => text ?? []);
}
