import { RE2JS, RE2JSSyntaxException } from "re2js";
import { InvalidInputError } from "../invalid-input.ts";

interface PatternOptions {
  ignoreCase?: boolean;
}

/** What to find. */
export interface GrepOptions extends PatternOptions {
  pattern: string;
  /** Show lines that do not match. */
  invert?: boolean;
  /** Lines shown around each match. */
  context?: number;
  /** Last matches first; the lines of one block stay in order. */
  newestFirst?: boolean;
  /** Matches shown at most; all are counted. */
  maxMatches?: number;
}

/** A line found, or standing beside one. */
interface GrepLine {
  /** Index in the lines searched. */
  index: number;
  text: string;
  match: boolean;
}

/** What was found, neighbouring matches in one block. */
export interface GrepResult {
  blocks: GrepLine[][];
  matches: number;
  shown: number;
}

const LONGEST_PATTERN = 1000;

/** A pattern ready to be tried on lines. */
interface Search {
  test: (line: string) => boolean;
  /** Where in a line the first match begins; -1 where there is none. */
  indexIn: (line: string) => number;
}

/**
 * Reads a pattern. Regular expressions are RE2's, matched in time linear in the text, so that no pattern hangs the
 * server: re2js, plain JavaScript without dependencies, about 20 ms per 100,000 lines (`re2` needs a native
 * build). It has no look-around and no back-references.
 * @throws {InvalidInputError} an invalid pattern, with the place and the way out
 */
export function compileSearch(pattern: string, { ignoreCase = false }: PatternOptions = {}): Search {
  if (pattern === "") throw new InvalidInputError("The pattern is empty: give the text to look for.");
  if (pattern.length > LONGEST_PATTERN) {
    throw new InvalidInputError(
      `The pattern has ${pattern.length} characters; the limit is ${LONGEST_PATTERN}.`,
    );
  }
  if (!ignoreCase && !/[\\^$.|?*+()[\]{}]/.test(pattern))
    return { test: (line) => line.includes(pattern), indexIn: (line) => line.indexOf(pattern) };
  const compiled = compile(pattern, ignoreCase);
  const indexIn = (line: string) => {
    const matcher = compiled.matcher(line);
    return matcher.find() ? matcher.start() : -1;
  };
  return { test: (line) => compiled.test(line), indexIn };
}

/** Searches lines, with context, and without showing a line twice. */
export function grepLines(lines: readonly string[], options: GrepOptions): GrepResult {
  const {
    pattern,
    invert = false,
    context = 0,
    newestFirst = false,
    maxMatches = Number.POSITIVE_INFINITY,
  } = options;
  const { test } = compileSearch(pattern, options);
  const found = lines.flatMap((line, index) => (test(line) === invert ? [] : [index]));
  const shown = newestFirst
    ? found.slice(Math.max(0, found.length - maxMatches))
    : found.slice(0, maxMatches);
  const blocks = blocksAround(shown, { lines, context, matching: new Set(found) });
  return { blocks: newestFirst ? blocks.reverse() : blocks, matches: found.length, shown: shown.length };
}

function blocksAround(
  shown: readonly number[],
  { lines, context, matching }: { lines: readonly string[]; context: number; matching: ReadonlySet<number> },
): GrepLine[][] {
  const blocks: GrepLine[][] = [];
  let next = 0;
  for (const index of shown) {
    const from = Math.max(next, index - context);
    const to = Math.min(lines.length, index + context + 1);
    const around = lines.slice(from, to).map((text, offset) => {
      const at = from + offset;
      return { index: at, text, match: matching.has(at) };
    });
    const last = blocks.at(-1);
    if (last !== undefined && from === next) last.push(...around);
    else blocks.push(around);
    next = Math.max(next, to);
  }
  return blocks;
}

function compile(source: string, ignoreCase: boolean): RE2JS {
  try {
    return RE2JS.compile(source, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
  } catch (error) {
    throw invalidPattern(source, error);
  }
}

function invalidPattern(source: string, error: unknown): InvalidInputError {
  const syntax = error instanceof RE2JSSyntaxException ? error : undefined;
  const part = syntax?.getPattern() ?? "";
  const at = part === "" || part === source ? -1 : source.indexOf(part);
  const place = at < 0 ? "" : ` at character ${at + 1} (${JSON.stringify(part.slice(0, 40))})`;
  return new InvalidInputError(
    `The pattern ${JSON.stringify(source.slice(0, 80))} is not a valid regular expression: ` +
      `${syntax?.getDescription() ?? "it cannot be read"}${place}. ${wayOut(source)}`,
    { cause: error },
  );
}

function wayOut(source: string): string {
  if (/\(\?(?:[=!]|<[=!])/.test(source)) {
    return "Look-around is not supported, because patterns run in linear time: match the text itself, or use invert.";
  }
  if (/\\[1-9]/.test(source))
    return "Back-references are not supported, because patterns run in linear time.";
  return "Put a backslash before characters meant literally, e.g. \\( for (.";
}
