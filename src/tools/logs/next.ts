import type { LogBody } from "../../jobs/output/report.ts";
import { showText } from "../../jobs/output/terminal.ts";
import { keyAfter } from "../../jobs/redact/key-guard.ts";
import { nameOf } from "../../jobs/standing.ts";
import { type Bearing, type Place, placeAfter, writeCursor } from "../../operations/logs/cursor.ts";
import type { LogPart } from "../../operations/logs/read.ts";
import type { LogsArguments } from "./arguments.ts";

/** Older lines are offered for so many jobs at once: the call must not be longer than what it shows. */
const MOST_AT_ONCE = 5;

/** What was made of one log. */
export interface Shown {
  part: LogPart;
  body: LogBody;
  matches?: number;
  /** Of the matches. */
  shown?: number;
  /** The part of the body's lines that the budget left out; empty where nothing was. */
  gap?: { from: number; to: number };
}

/** Calls that read on, as lines of text and as data. */
export interface NextCalls {
  lines: string[];
  data: { next_cursor?: string; older_cursor?: string; left_out_cursor?: string };
}

/** How to read on: newer lines, what was left out in the middle, older lines. */
export function nextCalls(
  logs: readonly Shown[],
  { args, isBackward }: { args: LogsArguments; isBackward: boolean },
): NextCalls {
  const call = (given: object) => `job_logs ${JSON.stringify(given)}`;
  const isFound = logs.some(({ part }) => part.matched === true);
  const options = { logs, args };
  const newer = isBackward ? NOTHING : newerPlaces(logs);
  const next = newer.size === 0 ? undefined : writeCursor(newer);
  const [older, leftOut] = [bearings(logs, olderPlace), bearings(logs, gapPlace)];
  const olderCursor = cursorFor(older);
  const gapCursor = cursorFor(leftOut);
  return {
    lines: [
      ...(next === undefined
        ? []
        : [
            `Newer lines: ${call({ jobs: refsOf(newer, options), ...pick(args, isFound ? SEARCH : [...WAIT, ...SEARCH]), cursor: next })}`,
          ]),
      ...(gapCursor === undefined
        ? []
        : [
            `Left out, the newest of it first: ${call({
              ...{ jobs: refsOf(leftOut, options), lines: roomFor(leftOut, logs) },
              ...pick(args, ["since", ...SEARCH]),
              cursor: gapCursor,
            })}`,
          ]),
      ...(olderCursor === undefined
        ? []
        : [
            `Older lines: ${call({
              jobs: refsOf(older, options),
              ...pick(args, ["lines", "since", ...SEARCH]),
              cursor: olderCursor,
            })}`,
          ]),
      ...tooMany(Math.max(older.size, leftOut.size), options, call),
    ],
    data: {
      ...(next === undefined ? {} : { next_cursor: next }),
      ...(gapCursor === undefined ? {} : { left_out_cursor: gapCursor }),
      ...(olderCursor === undefined ? {} : { older_cursor: olderCursor }),
    },
  };
}

/** Of many logs the rest is to be asked for a few at a time. */
function tooMany(
  count: number,
  { logs, args }: { logs: readonly Shown[]; args: LogsArguments },
  call: (given: object) => string,
): string[] {
  if (count <= MOST_AT_ONCE) return [];
  const jobs = logs.slice(0, MOST_AT_ONCE).map(({ part: { job } }) => job.id);
  const { jobs: _jobs, tags: _tags, status: _status, cursor: _cursor, ...same } = args;
  return [`${count} logs have more; it is offered for ${MOST_AT_ONCE} at a time: ${call({ jobs, ...same })}`];
}

const WAIT = ["until_pattern", "wait_seconds"] as const;
const SEARCH = ["grep", "context", "ignore_case", "invert", "newest_first", "timestamps", "project"] as const;

function pick(args: LogsArguments, keys: readonly (keyof LogsArguments)[]): Partial<LogsArguments> {
  return Object.fromEntries(keys.flatMap((key) => (args[key] === undefined ? [] : [[key, args[key]]])));
}

const NOTHING: ReadonlyMap<string, Bearing> = new Map();

/** Where the next call goes on; nowhere when nothing more will come. */
function newerPlaces(logs: readonly Shown[]): ReadonlyMap<string, Bearing> {
  if (logs.every(({ part: { ended, more } }) => ended && !more)) return NOTHING;
  return new Map(
    logs.flatMap(({ part }) => {
      const { job, cursor, lines, start } = part;
      if (cursor === undefined) return [];
      const inKey = keyAfter(textsOf(lines), start?.inKey);
      return [[job.id, { after: { ...cursor, inKey } }] as const];
    }),
  );
}

function bearings(
  logs: readonly Shown[],
  bearingOf: (log: Shown) => Bearing | undefined,
): Map<string, Bearing> {
  const found = logs.flatMap((log): [string, Bearing][] => {
    const bearing = bearingOf(log);
    return bearing === undefined ? [] : [[log.part.job.id, bearing]];
  });
  return new Map(found);
}

function cursorFor(places: ReadonlyMap<string, Bearing>): string | undefined {
  return places.size === 0 || places.size > MOST_AT_ONCE ? undefined : writeCursor(places);
}

/** Those jobs as the caller named them, where that is known to mean the same. */
function refsOf(
  places: ReadonlyMap<string, Bearing>,
  { logs, args }: { logs: readonly Shown[]; args: LogsArguments },
): string[] {
  if (args.jobs !== undefined && places.size === logs.length) return args.jobs;
  const named = new Set(args.jobs);
  const meant = logs.filter(({ part }) => places.has(part.job.id));
  return meant.map(({ part: { job } }) => (named.has(nameOf(job)) ? nameOf(job) : job.id));
}

/** So many lines at once as were shown of these logs, so that a page has no gap of its own. */
function roomFor(places: ReadonlyMap<string, Bearing>, logs: readonly Shown[]): number {
  const shown = logs
    .filter(({ part }) => places.has(part.job.id))
    .map(({ body, gap = { from: 0, to: 0 } }) => body.lines.length - (gap.to - gap.from));
  return Math.max(1, Math.min(5000, ...shown));
}

/** What lies before the first line shown, or the first one found; nothing where nothing older is wanted. */
function olderPlace({ part, body, matches, shown }: Shown): Bearing | undefined {
  const { lines, lead, floor } = part;
  const isAllShown = matches === undefined || matches === shown;
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
function gapPlace({ part, body, gap = { from: 0, to: 0 } }: Shown): Bearing | undefined {
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

function placeBefore(part: LogPart, index: number): Place | undefined {
  const before = part.lines.slice(0, index);
  const place = placeAfter(before, part.start);
  if (place === undefined) return undefined;
  return { time: place.time, count: place.count, inKey: keyAfter(textsOf(before), part.start?.inKey) };
}

function textsOf(lines: LogPart["lines"]): string[] {
  return lines.flatMap(({ text, open }) => (open === true ? [] : [showText(text)]));
}
