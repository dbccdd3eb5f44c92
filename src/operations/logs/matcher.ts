import type { LogLine } from "../../client/index.ts";
import { compileSearch } from "../../jobs/output/grep.ts";
import { cleanLines, withNote } from "../../jobs/output/lines.ts";
import { showText } from "../../jobs/output/terminal.ts";
import type { Redact } from "../../jobs/redact/index.ts";
import { type InKey, KeyGuard } from "../../jobs/redact/private-keys.ts";
import { LEAD_LINES, type Lead } from "./lead.ts";

/** Tells of one line after the other whether it matches. */
export type LineMatch = (line: LogLine) => boolean;

interface MatchOptions {
  redact: Redact;
  ignoreCase?: boolean | undefined;
  invert?: boolean;
  /** May miss a line that matches only because of what is hidden in it: hiding costs far more than matching. */
  isLazy?: boolean;
}

/**
 * Matches lines as they are shown, secrets hidden: a pattern must not probe what is hidden. Each log needs a match
 * of its own, because a secret may span lines, or be named on those before it.
 */
export function lineMatcher(
  pattern: string,
  { redact, ignoreCase = false, invert = false, isLazy = false }: MatchOptions,
): (lead?: Lead) => LineMatch {
  const { test: matches } = compileSearch(pattern, { ignoreCase });
  return ({ inKey, lines = [] } = {}) => {
    const guard = new KeyGuard(inKey);
    const recent = new Recent(lines);
    return (line) => {
      recent.add(line, guard.inKey);
      const alone = guard.line(showText(withNote(line)));
      if (matches(isLazy ? alone : redact(alone).text) === invert) return false;
      return matches(recent.lastShown(redact)) !== invert;
    };
  };
}

/** The last lines, and where the first of them stands. */
class Recent {
  #lines: { line: LogLine; inKey: InKey | undefined }[];

  constructor(lines: readonly LogLine[]) {
    this.#lines = lines.map((line) => ({ line, inKey: undefined }));
  }

  add(line: LogLine, inKey: InKey | undefined): void {
    this.#lines.push({ line, inKey });
    if (this.#lines.length > 2 * LEAD_LINES) this.#lines = this.#lines.slice(-LEAD_LINES);
  }

  /** The last one behind those before it. */
  lastShown(redact: Redact): string {
    const region = this.#lines.slice(-LEAD_LINES - 1);
    const last = region.length - 1;
    const rows = cleanLines(
      region.map(({ line }) => line),
      redact,
      { inKey: region[0]?.inKey },
    );
    const own = rows.filter(({ from }) => from === last);
    return own.map(({ text }) => text).join("\n");
  }
}
