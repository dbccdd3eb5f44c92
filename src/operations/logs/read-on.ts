import type { CursorCall, Gap, LogFacts, LogPage, ReadOn } from "../../jobs/output/log-page.ts";
import { showText } from "../../jobs/output/terminal.ts";
import { keyAfter } from "../../jobs/redact/key-guard.ts";
import { nameOf } from "../../jobs/standing.ts";
import { type Bearing, type LogPlace, placeAfter, writeBearings } from "./cursor.ts";
import { type LogQuery, sameOf } from "./query.ts";
import type { LogPart } from "./read.ts";

/** The most jobs whose older lines one call offers: it must not be longer than what it shows. */
const MOST_AT_ONCE = 5;
const MOST_LINES = 5000;

/** One log as it was read, and what was made of it. */
interface ReadLog {
  part: LogPart;
  facts: LogFacts;
}

/** The same, and the part of its body that is not shown; empty where all is. */
interface Shown extends ReadLog {
  gap: Gap;
}

type Bearings = ReadonlyMap<string, Bearing>;

/** How to read on: newer lines, what was left out in the middle, older lines. */
export function readOn(
  read: readonly ReadLog[],
  { query, direction, gaps }: { query: LogQuery; direction: LogPage["direction"]; gaps: readonly Gap[] },
): ReadOn {
  const logs = read.map((log, index) => ({ ...log, gap: gaps[index] ?? { from: 0, to: 0 } }));
  const isFound = logs.some(({ part }) => part.matched === true);
  const newer = direction === "older" ? NOWHERE : newerPlaces(logs);
  const [older, leftOut] = [bearingsOf(logs, olderPlace), bearingsOf(logs, gapPlace)];
  const call = (places: Bearings, given: Partial<LogQuery>) => callTo(places, given, { logs, query });
  const count = Math.max(older.size, leftOut.size);
  return {
    newer: call(newer, pick(query, isFound ? SEARCH : [...WAIT, ...SEARCH])),
    leftOut:
      leftOut.size > MOST_AT_ONCE
        ? undefined
        : call(leftOut, { lines: roomFor(leftOut, logs), ...pick(query, ["since", ...SEARCH]) }),
    older: older.size > MOST_AT_ONCE ? undefined : call(older, pick(query, ["lines", "since", ...SEARCH])),
    // Of many logs the rest is to be asked for a few at a time.
    tooMany:
      count <= MOST_AT_ONCE
        ? undefined
        : {
            logs: count,
            atOnce: MOST_AT_ONCE,
            first: sameOf(
              query,
              logs.slice(0, MOST_AT_ONCE).map(({ part }) => part.job),
            ),
          },
  };
}

const WAIT = ["until_pattern", "wait_seconds"] as const;
const SEARCH = ["grep", "context", "ignore_case", "invert", "newest_first", "timestamps", "project"] as const;
const NOWHERE: Bearings = new Map();

function pick(query: LogQuery, keys: readonly (keyof LogQuery)[]): Partial<LogQuery> {
  return Object.fromEntries(keys.flatMap((key) => (query[key] === undefined ? [] : [[key, query[key]]])));
}

function callTo(
  places: Bearings,
  given: Partial<LogQuery>,
  { logs, query }: { logs: readonly ReadLog[]; query: LogQuery },
): CursorCall | undefined {
  if (places.size === 0) return undefined;
  const cursor = writeBearings(places);
  return { tool: "job_logs", arguments: { jobs: refsOf(places, { logs, query }), ...given, cursor }, cursor };
}

/** Where the next call goes on; nowhere when nothing more will come. */
function newerPlaces(logs: readonly ReadLog[]): Bearings {
  if (logs.every(({ part: { ended, more } }) => ended && !more)) return NOWHERE;
  return new Map(
    logs.flatMap(({ part }) => {
      const { job, cursor, lines, start } = part;
      if (cursor === undefined) return [];
      const inKey = keyAfter(textsOf(lines), start?.inKey);
      return [[job.id, { after: { ...cursor, inKey } }] as const];
    }),
  );
}

function bearingsOf(
  logs: readonly Shown[],
  bearingOf: (log: Shown) => Bearing | undefined,
): Map<string, Bearing> {
  const found = logs.flatMap((log): [string, Bearing][] => {
    const bearing = bearingOf(log);
    return bearing === undefined ? [] : [[log.part.job.id, bearing]];
  });
  return new Map(found);
}

/** Those jobs as the caller named them, where that is known to mean the same. */
function refsOf(places: Bearings, { logs, query }: { logs: readonly ReadLog[]; query: LogQuery }): string[] {
  if (query.jobs !== undefined && places.size === logs.length) return query.jobs;
  const named = new Set(query.jobs);
  const meant = logs.filter(({ part }) => places.has(part.job.id));
  return meant.map(({ part: { job } }) => (named.has(nameOf(job)) ? nameOf(job) : job.id));
}

/** So many lines at once as were shown of these logs, so that a page has no gap of its own. */
function roomFor(places: Bearings, logs: readonly Shown[]): number {
  const shown = logs
    .filter(({ part }) => places.has(part.job.id))
    .map(({ facts, gap }) => facts.body.lines.length - (gap.to - gap.from));
  return Math.max(1, Math.min(MOST_LINES, ...shown));
}

/** What lies before the first line shown, or the first one found; nothing where nothing older is wanted. */
function olderPlace({ part, facts: { body, search } }: Shown): Bearing | undefined {
  const { lines, lead, floor } = part;
  const isAllShown = search === undefined || search.matches === search.shown;
  if (isAllShown) {
    const isAll = part.reachedStart || (floor !== undefined && lead === 0 && isAtFloor(part));
    return isAll ? undefined : rangeTo(part, lead);
  }
  const places = body.places.filter((place) => place !== undefined);
  return places.length === 0 || lines.length === 0 ? undefined : rangeTo(part, Math.min(...places));
}

function isAtFloor({ start, floor }: LogPart): boolean {
  return start === undefined || (start.time === floor?.time && start.count === floor.count);
}

/** What the budget left out: behind the last line shown before the gap, before the first one after it. */
function gapPlace({ part, facts: { body }, gap }: Shown): Bearing | undefined {
  if (gap.to <= gap.from) return undefined;
  const known = (places: (number | undefined)[]) => places.filter((place) => place !== undefined);
  const [ahead, behind] = [known(body.places.slice(0, gap.from)), known(body.places.slice(gap.to))];
  const all = known(body.places);
  const isNewestFirst = (all[0] ?? 0) > (all.at(-1) ?? 0);
  const [older, newer] = isNewestFirst ? [behind, ahead] : [ahead, behind];
  const before = newer.length === 0 ? part.lines.length : Math.min(...newer);
  const after = older.length === 0 ? part.lead : Math.max(...older) + 1;
  const range = rangeTo(part, before);
  if (range === undefined) return undefined;
  const floor = placeBefore(part, after);
  return floor === undefined ? range : { ...range, after: floor };
}

/** What lies before a line, back to where reading was to begin. */
function rangeTo(part: LogPart, index: number): Bearing | undefined {
  const before = placeBefore(part, index);
  if (before === undefined) return undefined;
  const { time, count } = before;
  return { before: { time, count }, ...(part.floor === undefined ? {} : { after: part.floor }) };
}

function placeBefore(part: LogPart, index: number): LogPlace | undefined {
  const before = part.lines.slice(0, index);
  const place = placeAfter(before, part.start);
  if (place === undefined) return undefined;
  return { time: place.time, count: place.count, inKey: keyAfter(textsOf(before), part.start?.inKey) };
}

function textsOf(lines: LogPart["lines"]): string[] {
  return lines.flatMap(({ text, open }) => (open === true ? [] : [showText(text)]));
}
