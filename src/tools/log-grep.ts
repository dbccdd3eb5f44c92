import type { LogLine } from "../jobs/log-text.ts";

/** What a search shows. */
export interface Grepped {
  lines: LogLine[];
  matches: number;
  /** Matches shown, the newest ones. */
  shown: number;
}

export interface GrepOptions {
  matches: (text: string) => boolean;
  /** Lines shown around each match. */
  context: number;
  invert: boolean;
  newestFirst: boolean;
  /** At most so many matches, the newest kept. */
  limit: number;
}

const GAP = "--";

/** Matching lines with the lines around them; places that do not touch are parted by `--`. */
export function grepLines(lines: readonly LogLine[], options: GrepOptions): Grepped {
  const { matches, context, invert, newestFirst, limit } = options;
  const all: number[] = [];
  for (const [index, { text }] of lines.entries()) if (matches(text) !== invert) all.push(index);
  const kept = all.slice(-limit);
  const blocks = blocksAround(kept, { context, total: lines.length });
  const ordered = newestFirst ? blocks.reverse() : blocks;
  const texts = ordered.map(({ from, to }) => {
    const block = lines.slice(from, to + 1);
    return newestFirst && context === 0 ? block.reverse() : block;
  });
  const parted =
    context === 0
      ? texts.flat()
      : texts.flatMap((block, index) => (index === 0 ? block : [{ text: GAP }, ...block]));
  return { lines: parted, matches: all.length, shown: kept.length };
}

interface Block {
  from: number;
  to: number;
}

function blocksAround(
  matches: readonly number[],
  { context, total }: { context: number; total: number },
): Block[] {
  const blocks: Block[] = [];
  for (const at of matches) {
    const from = Math.max(0, at - context);
    const to = Math.min(total - 1, at + context);
    const last = blocks.at(-1);
    if (last !== undefined && from <= last.to + 1) last.to = to;
    else blocks.push({ from, to });
  }
  return blocks;
}
