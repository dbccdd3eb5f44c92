import { isActive, type JobDescription } from "../../client/index.ts";
import { formatCredits, sumCredits } from "../../jobs/cost.ts";
import { byteLength } from "../../jobs/output/budget.ts";
import { countStatuses, countsText, jobRow, rowText } from "../../jobs/rows.ts";
import { formatInstant } from "../../jobs/time/durations.ts";
import type { Places } from "../../operations/find/places.ts";
import { cursorAfter, type Page } from "../../operations/list/page.ts";

/** Rows beyond this wait for the next page. */
const MAX_ROWS_BYTES = 18_000;
/** Twenty rows, headline and cursor stay under 4,000 bytes. */
const MAX_ROW_BYTES = 165;
/** As many as job_wait takes. */
const MOST_WAITED = 100;
/** Owners, and projects, with sums of their own. */
const MOST_SUMS = 10;

interface Shown {
  places: Places;
  nowMs: number;
  me: string;
  isFurther: boolean;
  /** The filters given, for a call that would find more. */
  asked: Record<string, unknown>;
  sinceMs: number | undefined;
  /** Why nothing was found. */
  nothing: string;
}

/** A page of jobs with what all of them are and cost together. */
export function listAnswer(page: Page, options: Shown) {
  const { nowMs, me, places } = options;
  const { matching } = page;
  const withEnd = page.endedSince !== undefined;
  const rows = page.shown.map((job) =>
    jobRow(job, { nowMs, me, project: places.isSeveral ? places.nameOf(job) : undefined, withEnd }),
  );
  const { texts, count } = withinBytes(
    rows.map((row) => rowText(row, nowMs)),
    rows.map((row) => rowText(row, nowMs, { withTime: false })),
  );
  const jobs = page.shown.slice(0, count);
  const last = jobs.at(-1);
  const nextCursor =
    count < page.shown.length && last !== undefined ? cursorAfter(last, page) : page.nextCursor;
  const counts = countStatuses(matching);
  const credits = creditsOf(matching, places);
  const next =
    nextCursor === undefined ? [] : [`More: job_list with the same filters and cursor: "${nextCursor}"`];
  return {
    text: [
      headline(page, count, options),
      `Counts${boundText(page, withEnd)}: ${countsText(counts)}. ${creditsText(credits)}`,
      ...places.doubts(matching),
      ...unreadableLine(page),
      ...(options.nothing === "" ? [] : [options.nothing]),
      ...endedHint(page, options),
      ...texts,
      ...next,
      ...waitCall(matching, options),
    ].join("\n"),
    data: {
      jobs: rows.slice(0, count).map((row) => ({ ...row })),
      counts: { ...counts },
      credits,
      ...(withEnd ? { looked_at: page.examined } : {}),
      ...(page.unreadable.length === 0 ? {} : { unreadable: page.unreadable.length }),
      ...(page.isComplete ? {} : { counts_of_newest: page.examined }),
      ...(nextCursor === undefined ? {} : { next_cursor: nextCursor }),
    },
    jobs,
  };
}

function headline(
  { matching, isComplete, examined, endedSince }: Page,
  count: number,
  options: Shown,
): string {
  const { places, nowMs, me, isFurther, sinceMs } = options;
  const older = isFurther ? "older " : "";
  const created = sinceMs === undefined ? "" : `, created since ${formatInstant(sinceMs)}`;
  const ended =
    endedSince === undefined
      ? ""
      : `, ended since ${formatInstant(endedSince)} (${examined} ended ones looked at)`;
  const more = isComplete ? "" : " or more";
  return `${count} of ${matching.length}${more} ${older}jobs in ${places.label}${created}${ended}, newest first; ${me}'s own unless an owner is named. Now ${formatInstant(nowMs)}.`;
}

function unreadableLine({ unreadable }: Page): string[] {
  const [first, ...others] = unreadable;
  if (first === undefined) return [];
  return [`Not shown: ${others.length + 1} of what the platform sent. ${first}`];
}

function boundText({ isComplete, examined }: Page, withEnd: boolean): string {
  if (isComplete) return "";
  const missed = withEnd ? "; jobs created before those may have ended in this time too" : "";
  return ` (of the newest ${examined} only; narrow the filters to count all${missed})`;
}

interface Credits {
  total: string;
  /** Only if there are several. */
  by_owner?: Record<string, string>;
  by_project?: Record<string, string>;
}

function creditsOf(jobs: readonly JobDescription[], { nameOf }: Places): Credits {
  const byOwner = sumsBy(jobs, ({ owner }) => owner);
  const byProject = sumsBy(jobs, nameOf);
  return {
    total: creditSum(jobs),
    ...(byOwner === undefined ? {} : { by_owner: byOwner }),
    ...(byProject === undefined ? {} : { by_project: byProject }),
  };
}

function creditSum(jobs: readonly JobDescription[]): string {
  return formatCredits(sumCredits(jobs.map((job) => job.total_price_credits)));
}

/** The dearest first; undefined where there is one kind only. */
function sumsBy(
  jobs: readonly JobDescription[],
  keyOf: (job: JobDescription) => string,
): Record<string, string> | undefined {
  const groups = new Map<string, JobDescription[]>();
  for (const job of jobs) {
    const group = groups.get(keyOf(job));
    if (group === undefined) groups.set(keyOf(job), [job]);
    else group.push(job);
  }
  const sums = [...groups].map(([key, group]) => [key, creditSum(group)] as const);
  if (sums.length < 2 || sums.every(([, sum]) => sum === "0")) return undefined;
  return Object.fromEntries(sums.sort(([, a], [, b]) => Number(b) - Number(a)).slice(0, MOST_SUMS));
}

function creditsText({ total, by_owner: byOwner, by_project: byProject }: Credits): string {
  const text = (sums: Record<string, string>) =>
    Object.entries(sums)
      .map(([key, sum]) => `${key} ${sum}`)
      .join(", ");
  const parts = [byOwner, byProject].flatMap((sums) => (sums === undefined ? [] : [text(sums)]));
  return `Together ${total} credits so far${parts.length === 0 ? "" : ` (${parts.join("; ")})`}.`;
}

/** Who asks what failed in the last hour means the time of the end. */
function endedHint({ endedSince }: Page, { asked, isFurther }: Shown): string[] {
  const { status, since, until: _until, ...others } = asked;
  const ends = Array.isArray(status) ? status.filter((one) => ENDS.has(one)) : [];
  if (endedSince !== undefined || since === undefined || isFurther || ends.length === 0) return [];
  const given = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined));
  const call = JSON.stringify({ status: ends, ...given, ended_since: since });
  return [`Jobs created before may have ended in this time: job_list ${call}`];
}

/** job_wait takes jobs, and who asks for a tag may want the end of a sweep. */
function waitCall(matching: readonly JobDescription[], { asked, places, isFurther }: Shown): string[] {
  const active = matching.filter(({ status }) => isActive(status));
  const isAboutTags = Array.isArray(asked.tags) && asked.tags.length > 0;
  if (!isAboutTags || isFurther || active.length === 0 || active.length > MOST_WAITED) return [];
  const names = new Set(matching.map(({ name }) => name));
  const areClear = names.size === matching.length && !names.has(undefined) && places.isSelected;
  const jobs = active.map(({ id, name = id }) => (areClear ? name : id));
  return [`To wait for those still active: job_wait ${JSON.stringify({ jobs })}`];
}

const ENDS: ReadonlySet<unknown> = new Set(["succeeded", "failed", "cancelled"]);

/** The rows, in the short form where the long one takes too much, as many as fit; the rest is the next page. */
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
