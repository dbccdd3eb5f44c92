import type { JobDescription, JobStatus, ListFilter, PlatformError } from "../../client/index.ts";
import type { Caller } from "../caller.ts";
import { packId, unpackId } from "../packed-ids.ts";

/** A platform may keep more digits than it prints, so that a job seems newer than its own time. */
const ROUNDING_MS = 1;

const CURSOR = { tool: "job_list", without: "start with the newest jobs" } as const;

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
  since?: string | undefined;
  /** Likewise for `ended_since`. */
  endedSince?: string | undefined;
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
  /** The cursor that goes on after one of these jobs, in the same times. */
  cursorAfter(job: JobDescription): string;
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
  { platform, cursors }: Pick<Caller, "platform" | "cursors">,
  { filter, matches, limit, scanLimit, ...request }: PageRequest,
  signal: AbortSignal,
): Promise<Page> {
  const after = request.cursor === undefined ? undefined : readPlace(cursors.read(CURSOR, request.cursor));
  const since = after?.since ?? instantText(filter.since);
  const endedSince = after?.endedSince ?? instantText(request.endedSince);
  const unreadable: string[] = [];
  const wanted = {
    ...filter,
    reverse: true,
    onUnreadable: ({ message }: PlatformError) => void unreadable.push(message),
    ...(since === undefined ? {} : { since }),
    // A record without a time is behind all others.
    ...(after?.created ? { until: new Date(Date.parse(after.created) + ROUNDING_MS) } : {}),
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
  const cursorAfter = (job: JobDescription) =>
    cursors.write(CURSOR, writePlace({ created: createdOf(job), id: job.id, since, endedSince }));
  const nextCursor = last && cursorAfter(last);
  const found = { shown, matching, unreadable, examined: seen.length, isComplete };
  return { ...found, nextCursor, cursorAfter, since, endedSince };
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

function writePlace({ created, id, since = "", endedSince = "" }: Place): Buffer {
  return Buffer.concat([packId(id), Buffer.from([created, since, endedSince].join("\n").trimEnd())]);
}

function readPlace(bytes: Buffer): Place {
  const { id, rest } = unpackId(bytes);
  const [created = "", since = "", endedSince = ""] = rest.toString().split("\n");
  return { created, id, since: since || undefined, endedSince: endedSince || undefined };
}

/** A moment as the platform takes it. */
function instantText(moment: Date | string | undefined): string | undefined {
  return moment instanceof Date ? moment.toISOString() : moment;
}
