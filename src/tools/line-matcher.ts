import { compilePattern } from "../jobs/grep.ts";
import type { Redact } from "../jobs/redact/redact.ts";
import { showText } from "../jobs/terminal.ts";

/**
 * A test of lines as they are shown: control sequences obeyed, secrets hidden, so that no pattern can feel its
 * way to what is hidden.
 */
export function lineMatcher(
  pattern: string,
  { redact, ignoreCase = false }: { redact: Redact; ignoreCase?: boolean | undefined },
): (text: string) => boolean {
  const matches = compilePattern(pattern, { ignoreCase });
  return (text) => {
    const shown = showText(text);
    return matches(shown) && matches(redact(shown).text);
  };
}
