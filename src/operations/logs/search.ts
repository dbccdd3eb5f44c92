import { compileSearch, type GrepOptions, grepLines } from "../../jobs/output/grep.ts";
import { MAX_LINE_CHARS } from "../../jobs/output/log-text.ts";
import type { BodyLine } from "../../jobs/output/report.ts";

/** What a search shows. */
export interface Found {
  lines: BodyLine[];
  matches: number;
  /** Matches shown, the newest ones. */
  shown: number;
}

const GAP = "--";

/** The newest matching lines with the lines around them; places that do not touch are parted by `--`. */
export function searchLog(
  lines: readonly BodyLine[],
  { newestFirst = false, context = 0, ...options }: GrepOptions,
): Found {
  const texts = lines.map(({ text }) => text);
  // Of too many matches the newest ones matter, in whichever order they are shown.
  const { blocks, matches, shown } = grepLines(texts, { ...options, context, newestFirst: true });
  const ordered = newestFirst
    ? blocks.map((block) => (context === 0 ? [...block].reverse() : block))
    : [...blocks].reverse();
  const { indexIn } = compileSearch(options.pattern, options);
  const withHit = (line: BodyLine, isHit: boolean): BodyLine =>
    isHit && line.text.length > MAX_LINE_CHARS ? { ...line, hit: indexIn(line.text) } : line;
  const found = ordered.map((block) =>
    block.flatMap(({ index, match }) => lines.slice(index, index + 1).map((line) => withHit(line, match))),
  );
  return { lines: context === 0 ? found.flat() : found.flatMap(parted), matches, shown };
}

function parted(block: BodyLine[], index: number): BodyLine[] {
  return index === 0 ? block : [{ text: GAP }, ...block];
}
