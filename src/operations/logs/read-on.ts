import type { CursorCall, Gap, LogFacts, LogPage, ReadOn } from "../../jobs/output/page.ts";
import { nameOf } from "../../jobs/standing.ts";
import type { Cursors } from "../cursors.ts";
import {
  type Bearing,
  inKeyAfter,
  isSamePlace,
  keyedPlaceAfter,
  placeAfter,
  writeBearings,
} from "./cursor.ts";
import { type LogQuery, sameOf } from "./query.ts";
import type { LogPart } from "./read.ts";

/** The most jobs whose older lines one call offers: it must not be longer than what it shows. */
const MOST_AT_ONCE = 5;
const MOST_LINES = 5000;
const WAIT = ["until_pattern", "wait_seconds"] as const;
/** What a reading from the start goes on with. */
const ONWARD = ["lines", "since", "until"] as const;
const SEARCH = ["grep", "context", "ignore_case", "invert", "newest_first", "timestamps", "project"] as const;

/** One log as it was read, and what was made of it. */
interface ReadLog {
  part: LogPart;
  facts: LogFacts;
}

/** The same, and the part of its body that is not shown; empty if all of it is. */
interface Shown extends ReadLog {
  gap: Gap;
}

interface Reading {
  query: LogQuery;
  direction: LogPage["direction"];
  gaps: readonly Gap[];
  cursors: Cursors;
}

type Bearings = ReadonlyMap<string, Bearing>;

/** How to read on: newer lines, what was left out in the middle, older lines. */
export function readOn(read: readonly ReadLog[], { query, direction, gaps, cursors }: Reading): ReadOn {
  const logs = read.map((log, index) => ({ ...log, gap: gaps[index] ?? { from: 0, to: 0 } }));
  const isFound = logs.some(({ part }) => part.matched === true);
  const isOver = direction === "older" || logs.every((log) => isAllRead(log));
  const onward = direction === "first" && logs.some((log) => log.part.more || hasRest(log)) ? ONWARD : [];
  const newer = isOver ? new Map() : bearingsOf(logs, newerPlace);
  const [older, leftOut] = [bearingsOf(logs, olderPlace), bearingsOf(logs, gapPlace)];
  const call = (places: Bearings, given: Partial<LogQuery>) =>
    callTo(places, given, { logs, query, cursors });
  const offer = (places: Bearings, given: Partial<LogQuery>) =>
    places.size > MOST_AT_ONCE ? undefined : call(places, given);
  const count = Math.max(older.size, leftOut.size);
  const first = logs.slice(0, MOST_AT_ONCE).map(({ part }) => part.job);
  return {
    newer: call(newer, pick(query, [...onward, ...(isFound ? [] : WAIT), ...SEARCH])),
    leftOut: offer(leftOut, { lines: roomFor(leftOut, logs), ...pick(query, ["since", ...SEARCH]) }),
    older: offer(older, pick(query, ["lines", "since", ...SEARCH])),
    // The rest of many logs is read a few at a time.
    tooMany:
      count <= MOST_AT_ONCE ? undefined : { logs: count, atOnce: MOST_AT_ONCE, first: sameOf(query, first) },
  };
}

function pick(query: LogQuery, keys: readonly (keyof LogQuery)[]): Partial<LogQuery> {
  return Object.fromEntries(keys.flatMap((key) => (query[key] === undefined ? [] : [[key, query[key]]])));
}

function callTo(
  places: Bearings,
  given: Partial<LogQuery>,
  { logs, query, cursors }: Pick<Reading, "query" | "cursors"> & { logs: readonly ReadLog[] },
): CursorCall | undefined {
  if (places.size === 0) return undefined;
  const cursor = writeBearings(places, cursors);
  return { tool: "job_logs", arguments: { jobs: refsOf(places, { logs, query }), ...given, cursor }, cursor };
}

function bearingsOf(logs: readonly Shown[], bearingOf: (log: Shown) => Bearing | undefined): Bearings {
  const found = logs.flatMap((log): [string, Bearing][] => {
    const bearing = bearingOf(log);
    return bearing === undefined ? [] : [[log.part.job.id, bearing]];
  });
  return new Map(found);
}

/** The jobs as the caller named them, where that is known to mean the same. */
function refsOf(places: Bearings, { logs, query }: { logs: readonly ReadLog[]; query: LogQuery }): string[] {
  if (query.jobs !== undefined && places.size === logs.length) return query.jobs;
  const named = new Set(query.jobs);
  const meant = logs.filter(({ part }) => places.has(part.job.id));
  return meant.map(({ part: { job } }) => (named.has(nameOf(job)) ? nameOf(job) : job.id));
}

/** As many lines at once as were shown of these logs, so that a page has no gap of its own. */
function roomFor(places: Bearings, logs: readonly Shown[]): number {
  const shown = logs
    .filter(({ part }) => places.has(part.job.id))
    .map(({ facts, gap }) => facts.body.lines.length - (gap.to - gap.from));
  return Math.max(1, Math.min(MOST_LINES, ...shown));
}

function isAllRead(log: Shown): boolean {
  const { ended, more } = log.part;
  return ended && !more && !hasRest(log);
}

/** Of what was read from the start not all is shown: the next call goes on behind what is. */
function hasRest({ part: { linesBefore }, gap }: Shown): boolean {
  return linesBefore !== undefined && gap.to > gap.from;
}

function newerPlace(log: Shown): Bearing | undefined {
  const { part, facts, gap } = log;
  const { cursor, lines, start, linesBefore } = part;
  const shown = facts.body.places.slice(0, gap.from).filter((place) => place !== undefined);
  const upTo = hasRest(log) && shown.length > 0 ? lines.slice(0, Math.max(...shown) + 1) : lines;
  const place = upTo.length < lines.length ? placeAfter(upTo, start) : cursor;
  const finished = upTo.filter(({ open }) => open !== true).length;
  const line = linesBefore === undefined ? undefined : linesBefore + finished;
  return place && { after: { ...place, inKey: inKeyAfter(upTo, start), line } };
}

/** What lies before the first line shown or found; undefined if nothing older is wanted. */
function olderPlace({ part, facts: { body, search } }: Shown): Bearing | undefined {
  if (search === undefined || search.matches === search.shown) return placeBeforeAll(part);
  const places = body.places.filter((place) => place !== undefined);
  return places.length === 0 || part.lines.length === 0 ? undefined : rangeTo(part, Math.min(...places));
}

/** What lies before everything that was read, or searched. */
function placeBeforeAll(part: LogPart): Bearing | undefined {
  const { lead, start, floor, found, reachedStart } = part;
  const isAtFloor = floor !== undefined && (start === undefined || isSamePlace(start, floor));
  if (reachedStart || (isAtFloor && lead === 0)) return undefined;
  return found === undefined ? rangeTo(part, lead) : start && { before: start, after: floor };
}

/** What the budget left out: after the last line shown before the gap, before the first one behind it. */
function gapPlace({ part, facts: { body }, gap }: Shown): Bearing | undefined {
  if (gap.to <= gap.from || part.linesBefore !== undefined) return undefined;
  const known = (places: (number | undefined)[]) => places.filter((place) => place !== undefined);
  const [ahead, behind] = [known(body.places.slice(0, gap.from)), known(body.places.slice(gap.to))];
  const all = known(body.places);
  const isNewestFirst = (all[0] ?? 0) > (all.at(-1) ?? 0);
  const [older, newer] = isNewestFirst ? [behind, ahead] : [ahead, behind];
  const before = newer.length === 0 ? part.lines.length : Math.min(...newer);
  const after = older.length === 0 ? part.lead : Math.max(...older) + 1;
  const range = rangeTo(part, before);
  return range && { ...range, after: placeBefore(part, after) ?? range.after };
}

/** The lines before one of them, back to where reading was to begin. */
function rangeTo(part: LogPart, index: number): Bearing | undefined {
  const before = placeBefore(part, index);
  return before && { before, after: part.floor };
}

function placeBefore({ lines, start, found, cursor }: LogPart, index: number) {
  if (found !== undefined) return found.lines[index]?.before ?? cursor;
  return keyedPlaceAfter(lines.slice(0, index), start);
}
