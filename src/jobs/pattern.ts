import { RE2JS } from "re2js";
import { InvalidInputError } from "./invalid-input.ts";

const METACHARACTERS = /[\\^$.|?*+()[\]{}]/;

/**
 * A test of single lines against a regular expression in RE2 syntax: time grows with the text, whatever the
 * pattern. @throws {InvalidInputError} a pattern that RE2 does not have, with what is wrong
 */
export function compilePattern(
  pattern: string,
  { ignoreCase = false }: { ignoreCase?: boolean } = {},
): (line: string) => boolean {
  if (!METACHARACTERS.test(pattern)) return plainTest(pattern, ignoreCase);
  try {
    const compiled = RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
    return (line) => compiled.test(line);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidInputError(
      `${JSON.stringify(pattern.slice(0, 80))} is not a regular expression here (${reason.slice(0, 120)}). RE2 syntax: no back-references; put \\ before a special character to mean itself.`,
      { cause: error },
    );
  }
}

function plainTest(text: string, ignoreCase: boolean): (line: string) => boolean {
  if (!ignoreCase) return (line) => line.includes(text);
  const wanted = text.toLowerCase();
  return (line) => line.toLowerCase().includes(wanted);
}
