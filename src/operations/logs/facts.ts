import { compileSearch } from "../../jobs/output/grep.ts";
import type { LogFacts } from "../../jobs/output/log-page.ts";
import { MAX_LINE_CHARS } from "../../jobs/output/log-text.ts";
import { type BodyLine, cleanLines, logBody } from "../../jobs/output/report.ts";
import type { Redact } from "../../jobs/redact/index.ts";
import type { LogQuery } from "./query.ts";
import type { LogPart } from "./read.ts";
import { searchLog } from "./search.ts";

const MOST_MATCHES = 100;

/** What of a part of a log is to be shown, secrets hidden, and what there is to say about it. */
export function factsOf(part: LogPart, query: LogQuery, redact: Redact): LogFacts {
  const clean = cleanLines(part.lines, redact, part.start?.inKey).filter(({ from }) => from >= part.lead);
  const found = query.grep === undefined ? undefined : search(clean, query, query.grep);
  const lines = found?.lines ?? (part.matched === true ? withHit(clean, query) : clean);
  const lineCount = part.lines.length - part.lead;
  const isLastOpen = part.lines.at(-1)?.open === true;
  const { job, reachedStart, more, matched, isWhole, ended, ending, tookMs, linesRead, bytesRead, trouble } =
    part;
  return {
    body: logBody(lines, { timestamps: query.timestamps ?? false }),
    span: spanOf(lines, query),
    lineCount,
    newLineCount: part.newLines ?? lineCount,
    hasFloor: part.floor !== undefined,
    isLastOpen: isLastOpen && lines.some(({ from }) => from === part.lines.length - 1),
    search: found && {
      matches: found.matches,
      shown: found.shown,
      unsearchedLines: part.lines.filter(({ cut }) => cut !== undefined).length,
    },
    job,
    reachedStart,
    more,
    matched,
    isWhole,
    ended,
    ending,
    tookMs,
    linesRead,
    bytesRead,
    trouble,
  };
}

function search(clean: BodyLine[], query: LogQuery, pattern: string) {
  return searchLog(clean, {
    pattern,
    ignoreCase: query.ignore_case ?? false,
    context: query.context ?? 0,
    invert: query.invert ?? false,
    newestFirst: query.newest_first ?? false,
    maxMatches: query.lines ?? MOST_MATCHES,
  });
}

/** The line that was waited for stands last. */
function withHit(clean: BodyLine[], { until_pattern: pattern, ignore_case: ignoreCase = false }: LogQuery) {
  const last = clean.at(-1);
  if (pattern === undefined || last === undefined || last.text.length <= MAX_LINE_CHARS) return clean;
  return [...clean.slice(0, -1), { ...last, hit: compileSearch(pattern, { ignoreCase }).indexIn(last.text) }];
}

function spanOf(lines: readonly BodyLine[], { newest_first: isReversed }: LogQuery): LogFacts["span"] {
  const times = lines.flatMap(({ time }) => (time === undefined ? [] : [time]));
  const [first, last] = isReversed === true ? [times.at(-1), times[0]] : [times[0], times.at(-1)];
  return first === undefined || last === undefined ? undefined : { first, last };
}
