import {
  isFinished,
  type JobDescription,
  type LogLine,
  type LogScan,
  msLeft,
  type Platform,
  PlatformError,
} from "../../client/index.ts";
import type { PlacedLine } from "../../jobs/output/lines.ts";
import type { Call } from "../caller.ts";
import type { Bearing } from "./cursor.ts";
import { type FoundLine, LogSearch, type SearchWanted } from "./found.ts";

/** The longest search; what is left then is searched by the next call. */
const LONGEST_MS = 20_000;
const ANSWER_MS = 1500;
const FIRST_MS = 30_000;
/** How long to wait for the first byte of a part: an empty part is silent, and a larger one is read next. */
const PART_SILENCE_MS = 300;
/** How much larger the next part may be, and how much of the time left it may take at the pace seen. */
const WIDENING = 32;
const SHARE = 0.6;
/** Less than this tells nothing about the pace. */
const FEW_BYTES = 256 * 1024;

/** What a search found. */
export interface Found {
  lines: FoundLine[];
  matches: number;
  shown: number;
  searchedLines: number;
  cutLines: number;
  /** The last lines of what was searched. */
  tail: PlacedLine[];
}

export interface SearchAsked {
  job: JobDescription;
  since?: Date | undefined;
  until?: Date | undefined;
  bearing: Bearing;
  wanted: SearchWanted;
  /** The lines before `since` or the place to begin at. */
  earlier?: readonly LogLine[] | undefined;
}

interface Part {
  search: LogSearch;
  scan: LogScan;
  /** It began where the log does, or what is wanted of it. */
  isWhole: boolean;
}

/**
 * Searches a log from its end back, part by part, each in one stream, until all of it is searched or the time is
 * over. The parts grow as far as the pace seen allows; one that could not be read to its end does not count, unless
 * it is the first.
 */
export async function searchLog(
  platform: Platform,
  asked: SearchAsked,
  call: Pick<Call, "signal" | "progress">,
) {
  const { job } = asked;
  const startedMs = performance.now();
  const deadlineMs = startedMs + Math.min(LONGEST_MS, msLeft(call.signal) - ANSWER_MS);
  const parts: Part[] = [];
  let endMs = endOf(asked, platform.nowMs());
  for (let widthMs: number | undefined = FIRST_MS; widthMs !== undefined; ) {
    const fromMs: number = endMs - widthMs;
    const part = await readPart(platform, { asked, parts, fromMs, deadlineMs }, call);
    if (part === undefined) break;
    const { search, scan, isWhole } = part;
    const isLast = isWhole || scan.ending === "time";
    if (isLast || !search.isTooFew) {
      parts.push(part);
      endMs = fromMs;
    }
    const leftMs = deadlineMs - performance.now();
    widthMs = isLast ? undefined : nextWidth(scan, { widthMs, leftMs, isNeeded: parts.length === 0 });
  }
  const [newest, oldest] = [parts[0], parts.at(-1)];
  const ending = newest?.scan.ending;
  const found = foundIn(parts, asked.wanted.most);
  return {
    job,
    found,
    lines: found.lines.map(({ printed }) => printed),
    start: oldest?.search.start,
    cursor: newest?.scan.cursor,
    reachedStart: oldest?.isWhole === true,
    more: false,
    linesRead: sum(parts, ({ scan }) => scan.linesRead),
    bytesRead: sum(parts, ({ scan }) => scan.bytesRead),
    ended: ending === "closed" && isFinished(job.status),
    ending,
    tookMs: performance.now() - startedMs,
  };
}

/** Undefined where an older part could not be read: the newer ones stand by themselves. */
async function readPart(
  platform: Platform,
  {
    asked,
    parts,
    fromMs,
    deadlineMs,
  }: { asked: SearchAsked; parts: readonly Part[]; fromMs: number; deadlineMs: number },
  { signal, progress }: Pick<Call, "signal" | "progress">,
): Promise<Part | undefined> {
  const { job, since, until, bearing, wanted } = asked;
  const isWhole = fromMs <= startOf(asked);
  const newer = parts.at(-1)?.search;
  const left = Math.max(0, wanted.most - sum(parts, ({ search }) => search.kept));
  const extent = {
    start: isWhole ? bearing.after : undefined,
    hasLead: !isWhole,
    earlier: isWhole ? asked.earlier : undefined,
    isUnsure: since !== undefined && bearing.after === undefined,
    end: newer?.start,
  };
  const search = new LogSearch({ ...wanted, most: left }, extent, () => progress("searching the log"));
  const range = isWhole
    ? { since, after: bearing.after }
    : { since, from: new Date(fromMs), silenceMs: PART_SILENCE_MS };
  const ends = { until, before: newer?.overlapEnd ?? bearing.before, wholeFrom: newer?.start };
  const limitMs = Math.max(0, deadlineMs - performance.now());
  try {
    const options = { job, ...range, ...ends, reader: search, limitMs };
    const scan = await platform.jobs.scan(job.id, options, { signal });
    if (scan.ending === "time" && newer !== undefined) return undefined;
    search.end();
    return { search, scan, isWhole };
  } catch (error) {
    signal.throwIfAborted();
    if (newer === undefined || !(error instanceof PlatformError)) throw error;
    return undefined;
  }
}

/** How long a time the next part spans; undefined where there is no time for a part worth reading. */
function nextWidth(
  { bytesRead, tookMs }: LogScan,
  { widthMs, leftMs, isNeeded }: { widthMs: number; leftMs: number; isNeeded: boolean },
): number | undefined {
  const widest = widthMs * WIDENING;
  if (bytesRead < FEW_BYTES) return leftMs > 0 || isNeeded ? widest : undefined;
  const affordable = (widthMs * leftMs * SHARE) / tookMs;
  if (affordable < widthMs / 2 && !isNeeded) return undefined;
  return Math.max(2 * widthMs, Math.min(widest, affordable));
}

function foundIn(parts: readonly Part[], most: number): Found {
  const oldestFirst = parts.toReversed().map(({ search }) => search);
  return {
    lines: joined(oldestFirst),
    matches: sum(oldestFirst, ({ matches }) => matches),
    shown: Math.min(
      most,
      sum(oldestFirst, ({ kept }) => kept),
    ),
    searchedLines: sum(oldestFirst, ({ searched }) => searched),
    cutLines: sum(oldestFirst, ({ cutLines }) => cutLines),
    tail: parts[0]?.search.tail ?? [],
  };
}

/** The lines of parts that overlap, each once. */
function joined(oldestFirst: readonly LogSearch[]): FoundLine[] {
  const lines: FoundLine[] = [];
  let offset = 0;
  for (const { found, length } of oldestFirst) {
    const known = new Map(lines.slice(-found.length).map((line) => [line.number, line]));
    for (const line of found) {
      const number = line.number + offset;
      const earlier = known.get(number);
      const last = lines.at(-1)?.number ?? Number.NEGATIVE_INFINITY;
      if (earlier !== undefined) earlier.isMatch ||= line.isMatch;
      else if (last < number) lines.push({ ...line, number, isApart: last !== number - 1 && line.isApart });
    }
    offset += length;
  }
  return lines;
}

function sum<T>(items: readonly T[], numberOf: (item: T) => number): number {
  return items.reduce((total, item) => total + numberOf(item), 0);
}

function startOf({ job: { history }, since, bearing: { after } }: SearchAsked): number {
  if (after !== undefined) return Date.parse(after.time);
  const createdMs = history.created_at === undefined ? 0 : Date.parse(history.created_at);
  return Math.max(createdMs, since?.getTime() ?? 0);
}

/** Where the search begins: a guess that decides the cost, not what is found. */
function endOf({ job: { history }, until, bearing: { before } }: SearchAsked, nowMs: number): number {
  const endedMs = history.finished_at === undefined ? nowMs : Date.parse(history.finished_at);
  const placeMs = before === undefined ? endedMs : Date.parse(before.time) + 1;
  return Math.min(endedMs, until?.getTime() ?? endedMs, placeMs);
}
