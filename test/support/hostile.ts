import fc from "fast-check";
import { expect } from "vitest";
import { PlatformError } from "../../src/client/index.ts";
import { InvalidInputError } from "../../src/jobs/invalid-input.ts";

/** What some parser takes for syntax, and texts that are hard to hold: halves of characters, NUL, names of every object. */
const PIECES = [
  ...["/", "//", ":", "://", "@", "?", "#", "%", "%2F", "%ff", "%zz", "~", "..", "/../", ".", "-", "--", "_"],
  ...[
    " ",
    "\t",
    "\n",
    "\r\n",
    "\0",
    "\u0007",
    "\u001b[31m",
    "\u009b",
    "\u2028",
    "\u202e",
    "\u200b",
    "\ufeff",
  ],
  ...["\ud800", "\udfff", "é", "e\u0301", "🚀", "İ", "ß", "\uffff", "a", "A", "0", "9", "train-7b", "vision"],
  ...["__proto__", "constructor", "hasOwnProperty", "null", "NaN", "Infinity", "-1", "1e999", "0x10", "٣"],
  ...['"', "'", "`", "\\", "(", ")", "[", "]", "{", "}", "=", ",", ";", "&", "|", "$", "*", "+", "<", ">"],
];

/** Texts of few characters that mean something to one parser or another, `own` syntax often among them. */
export function hostileText(...own: string[]): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...PIECES, ...own, ...own, ...own) },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 4 }) },
  );
  return fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join(""));
}

/** A beginning, what comes again and again, and an end. */
type Endless = [start: string, part: string, end: string];

export function endless(...own: string[]): fc.Arbitrary<Endless> {
  const part = fc.array(fc.constantFrom(...PIECES, ...own, ...own), { minLength: 1, maxLength: 2 });
  return fc
    .tuple(hostileText(...own), part, hostileText(...own))
    .map(([start, pieces, end]) => [start, pieces.join(""), end]);
}

const ENDLESS_CHARS = 100_000;

/** A text for which whatever looks twice at each character takes minutes. */
export function endlessText([start, part, end]: Endless): string {
  return start + part.repeat(ENDLESS_CHARS / part.length) + end;
}

const LONGEST_MESSAGE = 1000;

/** What `read` gives, or undefined where it refuses: in words, by an error that an agent is told as its own mistake. */
export function readOrRefuse<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    expect(error instanceof PlatformError || error instanceof InvalidInputError, String(error)).toBe(true);
    expect(error).toMatchObject({ code: "invalid_argument", message: expect.stringMatching(/\w{3}/) });
    expect(String(error).length).toBeLessThan(LONGEST_MESSAGE);
    return undefined;
  }
}
