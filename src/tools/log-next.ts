import type { Cursor } from "../client/index.ts";
import type { LogBody } from "../jobs/log-report.ts";
import type { LogsArguments } from "./log-arguments.ts";
import { type Bearing, placeAfter, writeCursor } from "./log-cursor.ts";
import type { LogPart } from "./log-read.ts";
import { nameOf } from "./rows.ts";

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
  const olderCursor = args.cursor === undefined || isBackward ? cursorFor(older) : undefined;
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
    ],
    data: {
      ...(next === undefined ? {} : { next_cursor: next }),
      ...(gapCursor === undefined ? {} : { left_out_cursor: gapCursor }),
      ...(olderCursor === undefined ? {} : { older_cursor: olderCursor }),
    },
  };
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
  const places = logs.flatMap(({ part: { job, cursor } }) =>
    cursor === undefined ? [] : [[job.id, { after: cursor }] as const],
  );
  return new Map(places);
}

function bearings(
  logs: readonly Shown[],
  placeOf: (log: Shown) => Cursor | undefined,
): Map<string, { before: Cursor }> {
  const found = logs.flatMap((log): [string, { before: Cursor }][] => {
    const before = placeOf(log);
    return before === undefined ? [] : [[log.part.job.id, { before }]];
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

/** The place before the first line shown, or the first one searched; none where nothing older is. */
function olderPlace({ part, body, matches, shown }: Shown): Cursor | undefined {
  const isAllShown = matches === undefined || matches === shown;
  if (isAllShown) return part.reachedStart ? undefined : placeBefore(part, part.lead);
  const places = body.places.filter((place) => place !== undefined);
  return places.length === 0 ? undefined : placeBefore(part, Math.min(...places));
}

/** The place before the oldest line shown after the gap: before that come the lines left out. */
function gapPlace({ part, body, gap = { from: 0, to: 0 } }: Shown): Cursor | undefined {
  if (gap.to <= gap.from) return undefined;
  const known = (places: (number | undefined)[]) => places.find((place) => place !== undefined);
  const [first, last] = [known(body.places), known([...body.places].reverse())];
  const isNewestFirst = first !== undefined && last !== undefined && first > last;
  const after = isNewestFirst
    ? known(body.places.slice(0, gap.from).reverse())
    : known(body.places.slice(gap.to));
  return after === undefined ? undefined : placeBefore(part, after);
}

function placeBefore(part: LogPart, index: number): Cursor | undefined {
  return placeAfter(part.lines.slice(0, index), part.start);
}
