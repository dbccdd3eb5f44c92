import { type BodyLine, logBody } from "../../jobs/output/body.ts";
import { compileSearch, grepLines } from "../../jobs/output/grep.ts";
import { cleanLines, MAX_LINE_CHARS } from "../../jobs/output/lines.ts";
import type { LogFacts } from "../../jobs/output/page.ts";
import type { Redact } from "../../jobs/redact/index.ts";
import { type LogQuery, MOST_MATCHES } from "./query.ts";
import type { LogPart } from "./read.ts";
import type { Found } from "./search.ts";

/** Reading from the start has ended with the last match wanted. */
const ALL = Number.POSITIVE_INFINITY;
const GAP = "--";
/** What is shown of a log in which nothing was found. */
const TAIL_LINES = 3;

/** What to show of a part of a log, secrets hidden, and what to say about it. */
export function factsOf(part: LogPart, query: LogQuery, redact: Redact): LogFacts {
  // What names printed lines or places in them stays behind; the rest is told as it is.
  const {
    lines: printed,
    lead,
    earlier: _earlier,
    start: _start,
    floor,
    newLines,
    linesBefore,
    cursor: _,
    found: _found,
    ...told
  } = part;
  const firstLine = linesBefore === undefined ? undefined : linesBefore + 1;
  const { lines, lineCount, tail, search } =
    part.found === undefined
      ? lookedAt(part, query, { redact, firstLine })
      : { ...searchedFor(part.found, query), lineCount: part.found.searchedLines };
  const isLastOpen = printed.at(-1)?.open === true;
  return {
    ...told,
    body: logBody(lines, {
      timestamps: query.timestamps ?? (search !== undefined && firstLine !== undefined),
      firstLine: search && firstLine,
    }),
    firstLine,
    span: spanOf(lines, query),
    lineCount,
    newLineCount: newLines ?? lineCount,
    hasFloor: floor !== undefined,
    isLastOpen: isLastOpen && lines.some(({ from }) => from === printed.length - 1),
    tail,
    search,
  };
}

/** Lines to show, and what is to be said about them. */
interface Looked extends Pick<LogFacts, "lineCount" | "tail" | "search"> {
  lines: readonly BodyLine[];
}

function lookedAt(
  part: LogPart,
  query: LogQuery,
  { redact, firstLine }: { redact: Redact; firstLine: number | undefined },
): Looked {
  const { lines: printed, lead, start, earlier } = part;
  const before = { inKey: start?.inKey, lead: earlier, colors: query.colors };
  const clean = cleanLines(printed, redact, before).filter(({ from }) => from >= lead);
  const lineCount = printed.length - lead;
  if (query.grep === undefined)
    return { lines: part.matched === true ? withHit(clean, query) : clean, lineCount };
  const { lines, matches, shown } = search(
    clean,
    firstLine === undefined ? query : { ...query, lines: ALL },
    query.grep,
  );
  return {
    lines,
    lineCount,
    tail: matches === 0 && firstLine === undefined ? tailOf(clean) : undefined,
    search: { matches, shown, unsearchedLines: printed.filter(({ cut }) => cut !== undefined).length },
  };
}

/** What was found while the log was read. */
function searchedFor(
  { lines, matches, shown, cutLines, tail }: Found,
  query: LogQuery,
): Omit<Looked, "lineCount"> {
  const blocks: Block[] = [];
  for (const [index, { line, isMatch, isApart }] of lines.entries()) {
    const placed = { line: { ...line, from: index }, isMatch };
    const block = blocks.at(-1);
    if (isApart || block === undefined) blocks.push([placed]);
    else block.push(placed);
  }
  return {
    lines: inOrder(blocks, query),
    tail: matches === 0 ? tailOf(tail) : undefined,
    search: { matches, shown, unsearchedLines: cutLines },
  };
}

/** The last lines of a log in which nothing was found. */
function tailOf(clean: readonly BodyLine[]): LogFacts["tail"] {
  return logBody(clean.slice(-TAIL_LINES), { timestamps: false });
}

/** Lines that stand together, oldest first. */
type Block = { line: BodyLine; isMatch: boolean }[];

/** The newest matching lines and those around them. */
function search(clean: readonly BodyLine[], query: LogQuery, pattern: string) {
  const { context = 0, invert = false, ignore_case: ignoreCase = false } = query;
  const texts = clean.map(({ text }) => text);
  const limits = { context, maxMatches: query.lines ?? MOST_MATCHES };
  // When there are too many matches the newest are kept, in whichever order they are shown.
  const options = { pattern, ignoreCase, invert, ...limits, newestFirst: true };
  const { blocks, matches, shown } = grepLines(texts, options);
  const placed = blocks.map((block) =>
    block.flatMap(({ index, match: isMatch }) =>
      clean.slice(index, index + 1).map((line) => ({ line, isMatch })),
    ),
  );
  return { lines: inOrder(placed.reverse(), query), matches, shown };
}

/** Blocks, oldest first, in the order asked for; `--` between places that do not touch. */
function inOrder(blocks: readonly Block[], query: LogQuery): BodyLine[] {
  const { context = 0, ignore_case: ignoreCase = false, newest_first: isReversed, grep = "" } = query;
  const { indexIn } = compileSearch(grep, { ignoreCase });
  const shown = blocks.map((block) =>
    block.map(({ line, isMatch }) => (isMatch ? placeHit(line, indexIn) : line)),
  );
  const ordered = isReversed === true ? shown.reverse() : shown;
  if (context > 0) return ordered.flatMap(parted);
  return isReversed === true ? ordered.flatMap((block) => block.reverse()) : ordered.flat();
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
