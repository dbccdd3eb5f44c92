import { type BodyLine, logBody } from "../../jobs/output/body.ts";
import { compileSearch, grepLines } from "../../jobs/output/grep.ts";
import { cleanLines, MAX_LINE_CHARS } from "../../jobs/output/lines.ts";
import type { LogFacts } from "../../jobs/output/page.ts";
import type { Redact } from "../../jobs/redact/index.ts";
import type { LogQuery } from "./query.ts";
import type { LogPart } from "./read.ts";

const MOST_MATCHES = 100;
/** Reading from the start has ended with the last match wanted. */
const ALL = Number.POSITIVE_INFINITY;
const GAP = "--";
/** What is shown of a log in which nothing was found. */
const TAIL_LINES = 3;

/** What to show of a part of a log, secrets hidden, and what to say about it. */
export function factsOf(part: LogPart, query: LogQuery, redact: Redact): LogFacts {
  // What names printed lines or places in them stays behind; the rest is told as it is.
  const { lines: printed, lead, start, floor, newLines, linesBefore, cursor: _, ...told } = part;
  const firstLine = linesBefore === undefined ? undefined : linesBefore + 1;
  const clean = cleanLines(printed, redact, { inKey: start?.inKey, colors: query.colors }).filter(
    ({ from }) => from >= lead,
  );
  const found =
    query.grep === undefined
      ? undefined
      : search(clean, firstLine === undefined ? query : { ...query, lines: ALL }, query.grep);
  const lines = found?.lines ?? (part.matched === true ? withHit(clean, query) : clean);
  const isLastOpen = printed.at(-1)?.open === true;
  return {
    ...told,
    body: logBody(lines, {
      timestamps: query.timestamps ?? (found !== undefined && firstLine !== undefined),
      firstLine: found && firstLine,
    }),
    firstLine,
    span: spanOf(lines, query),
    lineCount: printed.length - lead,
    newLineCount: newLines ?? printed.length - lead,
    hasFloor: floor !== undefined,
    isLastOpen: isLastOpen && lines.some(({ from }) => from === printed.length - 1),
    tail: tailOf(clean, { found, firstLine }),
    search: found && {
      matches: found.matches,
      shown: found.shown,
      unsearchedLines: printed.filter(({ cut }) => cut !== undefined).length,
    },
  };
}

/** The last lines of a log in which nothing was found. */
function tailOf(
  clean: readonly BodyLine[],
  { found, firstLine }: { found: { matches: number } | undefined; firstLine: number | undefined },
): LogFacts["tail"] {
  if (found === undefined || found.matches > 0 || firstLine !== undefined) return undefined;
  return logBody(clean.slice(-TAIL_LINES), { timestamps: false });
}

/** The newest matching lines and those around them; `--` between places that do not touch. */
function search(clean: readonly BodyLine[], query: LogQuery, pattern: string) {
  const { context = 0, invert = false, ignore_case: ignoreCase = false, newest_first: isReversed } = query;
  const texts = clean.map(({ text }) => text);
  const limits = { context, maxMatches: query.lines ?? MOST_MATCHES };
  // When there are too many matches the newest are kept, in whichever order they are shown.
  const options = { pattern, ignoreCase, invert, ...limits, newestFirst: true };
  const { blocks, matches, shown } = grepLines(texts, options);
  const oneByOne = context === 0 ? blocks.map((block) => [...block].reverse()) : blocks;
  const ordered = isReversed === true ? oneByOne : [...blocks].reverse();
  const { indexIn } = compileSearch(pattern, { ignoreCase });
  const found = ordered.map((block) =>
    block.flatMap(({ index, match }) =>
      clean.slice(index, index + 1).map((line) => (match ? placeHit(line, indexIn) : line)),
    ),
  );
  return { lines: context === 0 ? found.flat() : found.flatMap(parted), matches, shown };
}

function parted(block: BodyLine[], index: number): BodyLine[] {
  return index === 0 ? block : [{ text: GAP }, ...block];
}

/** The line that was waited for is the last one. */
function withHit(clean: BodyLine[], { until_pattern: pattern, ignore_case: ignoreCase = false }: LogQuery) {
  const last = clean.at(-1);
  if (pattern === undefined || last === undefined) return clean;
  return [...clean.slice(0, -1), placeHit(last, compileSearch(pattern, { ignoreCase }).indexIn)];
}

/** A line too long to be shown whole is shown around the match. */
function placeHit(line: BodyLine, indexIn: (text: string) => number): BodyLine {
  return line.text.length > MAX_LINE_CHARS ? { ...line, hit: indexIn(line.text) } : line;
}

function spanOf(lines: readonly BodyLine[], { newest_first: isReversed }: LogQuery): LogFacts["span"] {
  const times = lines.flatMap(({ time }) => (time === undefined ? [] : [time]));
  const [first, last] = isReversed === true ? [times.at(-1), times[0]] : [times[0], times.at(-1)];
  return first === undefined || last === undefined ? undefined : { first, last };
}
