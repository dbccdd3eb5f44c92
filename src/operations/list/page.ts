import type { JobDescription, JobStatus, ListFilter, Platform, PlatformError } from "../../client/index.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import { parseJson } from "../../json.ts";

/** A platform may keep more digits than it prints, so that a job seems newer than its own time. */
const ROUNDING_MS = 1;

/** Which jobs; all filters must match. */
export interface ListQuery {
  /** Any of these. */
  statuses?: readonly JobStatus[] | undefined;
  name?: string | undefined;
  /** All of these. */
  tags?: readonly string[] | undefined;
  /** A user name, or `me`. */
  owner?: string | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
  /** Has ended since. */
  endedSince?: Date | undefined;
  /** Part of name, description, image, command or reason, as they are shown. */
  text?: string | undefined;
  /** Part of the preset's name. */
  preset?: string | undefined;
  /** With a GPU, or without. */
  gpu?: boolean | undefined;
  /** `[[cluster/]org/]project`; `*` = all of the org. None = the selected one. */
  projects?: readonly string[] | undefined;
  /** Most rows. */
  limit: number;
  /** The most jobs looked at; by default as many as are counted. */
  scanLimit?: number | undefined;
  /** `nextCursor` of the page before. */
  cursor?: string | undefined;
}

/** Where the next page starts: after this job, in the order newest first, equal times by id. */
interface Place {
  created: string;
  id: string;
  /** Resolved once, so that `since: "2h"` does not move from page to page. */
  since?: string;
  /** Likewise for `ended_since`. */
  endedSince?: string;
}

export interface Page {
  /** Newest first; jobs created at the same time in the order of their ids. */
  shown: JobDescription[];
  /** Everything that matched, shown or not, as far as it was looked at. */
  matching: JobDescription[];
  /** So many jobs were looked at. */
  examined: number;
  /** Records that could not be read at all: why. */
  unreadable: string[];
  /** All there are were looked at, so the counts are complete. */
  isComplete: boolean;
  nextCursor: string | undefined;
  /** The start of the time looked at, resolved. */
  since: string | undefined;
  /** The start of the time in which they ended, resolved. */
  endedSince: string | undefined;
}

export interface PageRequest {
  filter: ListFilter;
  endedSince?: Date | undefined;
  /** What the platform's own filter cannot say. */
  matches: (job: JobDescription) => boolean;
  limit: number;
  /** The most jobs looked at. */
  scanLimit: number;
  cursor: string | undefined;
}

/**
 * One page of jobs. The cursor is a place in time and not a number, so jobs that come meanwhile neither repeat
 * nor push others out; jobs created at the same instant are put in the order of their ids.
 */
export async function listPage(
  platform: Platform,
  { filter, matches, limit, scanLimit, ...request }: PageRequest,
  signal: AbortSignal,
): Promise<Page> {
  const after = request.cursor === undefined ? undefined : readCursor(request.cursor);
  const since = after?.since ?? instantText(filter.since);
  const endedSince = after?.endedSince ?? instantText(request.endedSince);
  const unreadable: string[] = [];
  const wanted = {
    ...filter,
    reverse: true,
    onUnreadable: ({ message }: PlatformError) => void unreadable.push(message),
    ...(since === undefined ? {} : { since }),
    ...(after === undefined ? {} : { until: new Date(Date.parse(after.created) + ROUNDING_MS) }),
  };
  const seen: JobDescription[] = [];
  let isComplete = true;
  for await (const group of sameTimeGroups(platform.jobs.list(wanted, { signal }))) {
    seen.push(...group.filter((job) => after === undefined || isAfter(job, after)));
    isComplete = seen.length <= scanLimit;
    if (!isComplete) break;
  }
  const matching = seen.filter((job) => hasEndedSince(job, endedSince) && matches(job));
  const shown = matching.slice(0, limit);
  const last = matching.length > limit ? shown.at(-1) : isComplete ? undefined : seen.at(-1);
  const nextCursor = last === undefined ? undefined : cursorAfter(last, { since, endedSince });
  return { shown, matching, unreadable, examined: seen.length, isComplete, nextCursor, since, endedSince };
}

/** Jobs created at one instant come in any order: each such group is put in the order of the ids. */
async function* sameTimeGroups(jobs: AsyncIterable<JobDescription>): AsyncGenerator<JobDescription[], void> {
  let group: JobDescription[] = [];
  for await (const job of jobs) {
    const [first] = group;
    if (first !== undefined && createdOf(first) !== createdOf(job)) {
      yield sortById(group);
      group = [];
    }
    group.push(job);
  }
  if (group.length > 0) yield sortById(group);
}

function sortById(jobs: JobDescription[]): JobDescription[] {
  return jobs.sort((a, b) => (a.id < b.id ? 1 : -1));
}

function createdOf({ history }: JobDescription): string {
  return history.created_at ?? "";
}

/** Times are compared as text: they carry more digits than a Date holds, and are all of one form. */
function isAfter(job: JobDescription, { created, id }: Place): boolean {
  const time = createdOf(job);
  return time < created || (time === created && job.id < id);
}

function hasEndedSince({ history }: JobDescription, since: string | undefined): boolean {
  if (since === undefined) return true;
  return history.finished_at !== undefined && Date.parse(history.finished_at) >= Date.parse(since);
}

/** The cursor that goes on after `job`, in the same times. */
export function cursorAfter(
  job: JobDescription,
  { since = "", endedSince = "" }: Pick<Page, "since" | "endedSince">,
): string {
  const times = endedSince === "" ? (since === "" ? [] : [since]) : [since, endedSince];
  const parts = [createdOf(job), job.id, ...times];
  return Buffer.from(JSON.stringify(parts)).toString("base64url");
}

function readCursor(text: string): Place {
  const [created, id, since = "", endedSince = ""] = partsOf(text);
  const times = [created ?? "", since, endedSince].filter((time, index) => index === 0 || time !== "");
  if (created === undefined || id === undefined || times.some((time) => Number.isNaN(Date.parse(time)))) {
    throw new InvalidInputError(
      "cursor is not one that job_list gave; leave it out to start with the newest jobs.",
    );
  }
  return { created, id, ...(since === "" ? {} : { since }), ...(endedSince === "" ? {} : { endedSince }) };
}

function partsOf(cursor: string): string[] {
  const parts = parseJson(Buffer.from(cursor, "base64url").toString("utf8"));
  return Array.isArray(parts) ? parts.filter((part) => typeof part === "string") : [];
}

/** A moment as the platform takes it. */
function instantText(moment: Date | string | undefined): string | undefined {
  return moment instanceof Date ? moment.toISOString() : moment;
}
