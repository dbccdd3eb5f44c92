import { quote } from "shlex";
import { describe, expect, test } from "vitest";
import { ShellWordsError, splitWords } from "../../../src/emulator/state/shell-words.ts";

/** What Python's shlex.split answers. */
const CASES: [string, string[]][] = [
  ["", []],
  ["  a  b\tc\nd ", ["a", "b", "c", "d"]],
  ["sh -c 'a && b'", ["sh", "-c", "a && b"]],
  [`'e\\\\f '"'"'x'"'"`, ["e\\\\f 'x'"]],
  ['"a \\"b\\" \\\\ \\$c"', ['a "b" \\ \\$c']],
  ["a\\ b \\'c", ["a b", "'c"]],
  ["'' \"\"", ["", ""]],
  ["a''b\"c\"", ["abc"]],
  ["x # y", ["x", "#", "y"]],
  ["a&&b|c;d", ["a&&b|c;d"]],
  ["a\u00a0b", ["a\u00a0b"]],
];

describe("the words of a command", () => {
  test.each(CASES)("of %j are as Python reads them", (text, words) => {
    expect(splitWords(text)).toEqual(words);
  });

  test.each(["'a", '"a', 'a "b\\"', "a\\"])("of %j are an error", (text) => {
    expect(() => splitWords(text)).toThrow(ShellWordsError);
  });

  test.each(["it's", "a\\\\b 'c' \"d\" $e `f`", "\n", "", "e\\f's"])(
    "give back what was quoted: %j",
    (text) => {
      expect(splitWords(`sh -c ${quote(text)}`)).toEqual(["sh", "-c", text]);
    },
  );
});
