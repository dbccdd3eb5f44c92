import { isFinished, type JobDescription } from "../../client/index.ts";
import { unknownProjectText, unknownWordText } from "../../jobs/names/near.ts";
import { callText, type NextCall } from "../../jobs/next-call.ts";
import { byteLength } from "../../jobs/output/budget.ts";
import { countsText, jobRow, rowText } from "../../jobs/rows.ts";
import { nameOf } from "../../jobs/standing.ts";
import { activeTwins, lateText } from "../../jobs/start/twins.ts";
import { formatInstant } from "../../jobs/time/durations.ts";
import { creditsText, named, present } from "../../jobs/words.ts";
import type { JobPage } from "../../operations/list/index.ts";

/** Rows beyond this wait for the next page. */
const MAX_ROWS_BYTES = 18_000;
/** Twenty rows, headline and cursor stay under 4,000 bytes. */
const MAX_ROW_BYTES = 165;
/** As many as job_wait takes. */
const MOST_WAITED = 100;
/** Jobs that a sum or an end is about, by name. */
const MOST_NAMED = 3;

/** The filters given, for a call that would find more. */
interface Asked extends Record<string, unknown> {
  status?: readonly Parameters<typeof isFinished>[0][] | undefined;
  tags?: readonly string[] | undefined;
  since?: string | undefined;
}

/** When jobs were to be created: from, and before. */
interface Created {
  since?: Date | undefined;
  until?: Date | undefined;
}

/** A page of jobs as text and data. */
export function listReply(page: JobPage, asked: Asked, created: Created = {}) {
  const { nowMs, me, endedSince } = page;
  const withEnd = endedSince !== undefined;
  const all = page.rows.map(({ job, project }) => jobRow(job, { nowMs, me, project, withEnd }));
  const { texts, count } = withinBytes(
    all.map((row) => rowText(row, nowMs)),
    all.map((row) => rowText(row, nowMs, { withTime: false })),
  );
  const rows = all.slice(0, count);
  const jobs = page.rows.slice(0, count).map(({ job }) => job);
  const last = jobs.at(-1);
  const nextCursor = count < all.length && last !== undefined ? page.cursorAfter(last) : page.nextCursor;
  const ended = endedCalls(page, asked);
  const wait = waitCalls(page, asked);
  return {
    text: present([
      headline(page, count, created),
      page.matching > 0 && `Counts${boundText(page)}: ${countsText(page.counts)}. ${totalText(page)}`,
      spendingLine(page, jobs),
      ...page.unknownProjects.map(unknownProjectText),
      unreadableLine(page),
      nothingLine(page),
      ...ended.map((call) => `Jobs created before may have ended in this time: ${callText(call)}`),
      ...activeTwins(jobs).map(lateText),
      ...texts,
      nextCursor && `More: job_list with the same filters and cursor: "${nextCursor}"`,
      ...wait.map((call) => `To wait for those still active: ${callText(call)}`),
    ]).join("\n"),
    next: [...ended, ...wait],
    data: dataOf(page, { rows, nextCursor }),
    jobs,
  };
}

function dataOf(
  { counts, credits, gpuHours, spending, examined, isComplete, endedSince, unreadable }: JobPage,
  { rows, nextCursor }: { rows: ReturnType<typeof jobRow>[]; nextCursor: string | undefined },
) {
  const { total, byOwner, byProject } = credits;
  return {
    jobs: rows.map((row) => ({ ...row })),
    counts: Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    credits: { total, by_owner: byOwner, by_project: byProject },
    gpu_hours: gpuHours && { total: gpuHours.total, by_owner: gpuHours.byOwner },
    spending: spending && {
      credits_per_hour: spending.perHour,
      once_all_run: spending.perHourOfAll,
      at_most_more: spending.mostMore,
      without_end: spending.endless.length || undefined,
      unknown_price: spending.unpriced.length || undefined,
    },
    looked_at: endedSince === undefined ? undefined : examined,
    unreadable: unreadable.length || undefined,
    counts_of_newest: isComplete ? undefined : examined,
    next_cursor: nextCursor,
  };
}

function headline(page: JobPage, count: number, { since, until }: Created): string {
  const { matching, isComplete, isFurther, examined, endedSince, place, owner, me, nowMs } = page;
  const older = isFurther ? "older " : "";
  const from = since === undefined ? "" : ` from ${formatInstant(since.getTime())}`;
  const to = until === undefined ? "until now" : `before ${formatInstant(until.getTime())}`;
  const created = since === undefined && until === undefined ? "" : `, created${from} ${to}`;
  const ended =
    endedSince === undefined
      ? ""
      : `, ended from ${formatInstant(endedSince)} until now (${examined} ended ones looked at)`;
  const more = isComplete ? "" : " or more";
  const whose = owner === undefined ? "everybody's" : `${owner}'s`;
  const unnamed = owner === undefined ? `; no owner means ${me}` : "";
  return `${count} of ${whose} ${matching}${more} ${older}jobs in ${place}${created}${ended}, newest first${unnamed}. Now ${formatInstant(nowMs)}.`;
}

function unreadableLine({ unreadable }: JobPage): string | undefined {
  const [first] = unreadable;
  return first && `Not shown: ${unreadable.length} of what the platform sent. ${first}`;
}

function boundText({ isComplete, examined, endedSince }: JobPage): string {
  if (isComplete) return "";
  const missed =
    endedSince === undefined ? "" : "; jobs created before those may have ended in this time too";
  return ` (of the newest ${examined} only; narrow the filters to count all${missed})`;
}

function nothingLine({ nothing, examined }: JobPage): string | undefined {
  if (nothing === undefined) return undefined;
  const { reason, unknown, hardware } = nothing;
  if (hardware !== undefined)
    return `No job matches. By what jobs run on: ${callText({ tool: "job_list", arguments: hardware })}`;
  if (reason === "newest")
    return `No job matches among the newest ${examined} looked at; older ones come with the cursor.`;
  if (reason === "together") return "No job matches all of that together: leave out a filter.";
  return ["No job matches.", ...unknown.map(unknownWordText)].join(" ");
}

function totalText({ credits: { total, byOwner, byProject }, gpuHours }: JobPage): string {
  const credits = `Together ${creditsText(total)} so far${sharesText(byOwner, byProject)}.`;
  if (gpuHours === undefined) return credits;
  return `${credits} GPU hours, computed: ${gpuHours.total}${sharesText(gpuHours.byOwner)}.`;
}

/** ` (alice 5.31, bob 2; vision 7.31)` */
function sharesText(...kinds: (Record<string, string> | undefined)[]): string {
  const parts = kinds.flatMap((sums) => (sums === undefined ? [] : [Object.entries(sums)]));
  const texts = parts.map((sums) => sums.map(([key, sum]) => `${key} ${sum}`).join(", "));
  return texts.length === 0 ? "" : ` (${texts.join("; ")})`;
}

/** What the active jobs cost now and may still cost, and which of those not shown end next. */
function spendingLine({ spending }: JobPage, shown: readonly JobDescription[]): string | undefined {
  if (spending === undefined) return undefined;
  const { perHour, perHourOfAll, mostMore, endless, unpriced, ends } = spending;
  const names = (jobs: readonly JobDescription[]) => named(jobs.map(nameOf), MOST_NAMED);
  const isShown = ends.every(({ job }) => shown.includes(job));
  const next = ends.map(({ job, endMs }) => `${nameOf(job)} ${formatInstant(endMs)}`);
  const facts = present([
    `${creditsText(perHour)}/h now${perHourOfAll === undefined ? "" : `, ${perHourOfAll} once all run`}`,
    `at most ${mostMore} more by the ends of their life spans`,
    endless.length > 0 && `no end: ${names(endless)}`,
    unpriced.length > 0 && `price unknown, in no sum: ${names(unpriced)}`,
    !isShown && `next to end: ${named(next, MOST_NAMED)}`,
  ]);
  return `Active: ${facts.join("; ")}.`;
}

/** Someone who asks what failed in the last hour means when it ended. */
function endedCalls({ endedSince, isFurther }: JobPage, asked: Asked): NextCall[] {
  const { status: statuses = [], since, until: _until, ...others } = asked;
  const ends = statuses.filter(isFinished);
  if (endedSince !== undefined || since === undefined || isFurther || ends.length === 0) return [];
  return [{ tool: "job_list", arguments: { status: ends, ...others, ended_since: since } }];
}

/** job_wait takes jobs, not tags; someone who asks for a tag may be waiting for a sweep. */
function waitCalls({ activeRefs: jobs, isFurther }: JobPage, { tags = [] }: Asked): NextCall[] {
  if (tags.length === 0 || isFurther || jobs.length === 0 || jobs.length > MOST_WAITED) return [];
  return [{ tool: "job_wait", arguments: { jobs } }];
}

/** As many rows as fit, in the short form if the long one takes too much; the rest is the next page. */
function withinBytes(long: string[], short: string[]): { texts: string[]; count: number } {
  const texts = byteLength(long.join("\n")) > long.length * MAX_ROW_BYTES ? short : long;
  let bytes = 0;
  let count = 0;
  for (const text of texts) {
    bytes += byteLength(text) + 1;
    if (bytes > MAX_ROWS_BYTES) break;
    count += 1;
  }
  return { texts: texts.slice(0, count), count };
}
