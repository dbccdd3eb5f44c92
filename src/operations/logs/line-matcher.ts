import { compilePattern } from "../../jobs/output/grep.ts";
import { showText } from "../../jobs/output/terminal.ts";
import type { Redact } from "../../jobs/redact/index.ts";
import { type InKey, KeyGuard } from "../../jobs/redact/key-guard.ts";

/** Says of one line after the other whether it matches. */
export type LineMatch = (text: string) => boolean;

/**
 * Makes tests of lines as they are shown: control sequences obeyed, secrets hidden, so that no pattern can feel its
 * way to what is hidden. Each log needs one of its own, since a private key takes many lines.
 */
export function lineMatcher(
  pattern: string,
  { redact, ignoreCase = false }: { redact: Redact; ignoreCase?: boolean | undefined },
): (inKey?: InKey) => LineMatch {
  const matches = compilePattern(pattern, { ignoreCase });
  return (inKey) => {
    const guard = new KeyGuard(inKey);
    return (text) => {
      // What is hidden has no part in it: a pattern that takes both the mark and a letter would tell the letter.
      const shown = redact(guard.line(showText(text))).text;
      return matches(shown);
    };
  };
}
