import { requiredPart } from "./required.ts";

/** Beginnings and ends of private keys: every line between them has to be looked at. */
const KEY = "PRIVATE KEY|PuTTY-User-Key-File-|Private-Lines: |Private-MAC: ";
/** What is shown as it was printed. */
const PLAIN = /^[\n\t\x20-\x7e]*$/;
const BEYOND_ASCII = /[^\0-\x7f]/;
/** Colours, and line ends of terminals, are not shown. */
const UNSHOWN = new RegExp(`${String.raw`\u001b`}\\[[\\d;]*m|\\r(?=\\n|$)`, "g");
const CONTROL = /[^\P{Cc}\t\n]/u;
/** What stands for hidden secrets and invisible characters can only be found in what is shown. */
const OURS = /redact|U\\?\+|^.{1,3}$/i;

/** Tells which lines a search need not look at as they are shown. */
export interface Sift {
  /** Whether any of the lines in these bytes may match, or belong to a private key. */
  mayHold(block: Buffer): boolean;
  /** Whether a line as it was printed may match. */
  mayMatch(line: string): boolean;
}

/** Undefined where every line has to be looked at. */
export function siftFor(
  pattern: string,
  { ignoreCase = false, invert = false }: { ignoreCase?: boolean; invert?: boolean },
): Sift | undefined {
  if (invert || OURS.test(pattern)) return undefined;
  const part = requiredPart(pattern, { ignoreCase });
  if (part === undefined || part.test("[redacted]")) return undefined;
  const either = new RegExp(`${part.source}|${KEY}`, part.flags);
  // Letters beyond ASCII may be other cases of those in the pattern.
  const isOpen = (text: string) => ignoreCase && BEYOND_ASCII.test(text);
  const holds = (text: string, what: RegExp) => {
    if (PLAIN.test(text)) return what.test(text);
    const shown = text.replace(UNSHOWN, "");
    return what.test(shown) || CONTROL.test(shown) || isOpen(shown);
  };
  return {
    mayHold(block) {
      const bytes = block.toString("latin1");
      return PLAIN.test(bytes) ? either.test(bytes) : holds(block.toString("utf8"), either);
    },
    mayMatch: (line) => holds(line, part),
  };
}
