export class ShellWordsError extends Error {
  override readonly name = "ShellWordsError";
}

/**
 * Splits a command as the platform does, with Python's `shlex.split`: POSIX words, no comments, and inside
 * double quotes a backslash escapes only itself and the quote. Own rules: the `shlex` package halves backslashes
 * in single quotes when the same word also has double quotes, which breaks quoted scripts.
 * @throws {ShellWordsError} an open quote or a backslash at the end. Source: protocol reference 3.5 and 4.4.
 */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (const [part] of text.matchAll(PART)) {
    if (/^[ \t\r\n]/.test(part)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + meaning(part);
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** Blanks, a quoted part, an escaped character, plain text, and what is left: an open quote, a last backslash. */
const PART = /[ \t\r\n]+|'[^']*'|"(?:[^"\\]|\\[\s\S])*"|\\[\s\S]|[^ \t\r\n'"\\]+|[\s\S]/g;

function meaning(part: string): string {
  if (part === "\\") throw new ShellWordsError("No escaped character");
  if (part === "'" || part === '"') throw new ShellWordsError("No closing quotation");
  if (part.startsWith("'")) return part.slice(1, -1);
  if (part.startsWith('"')) return part.slice(1, -1).replace(/\\(["\\])/g, "$1");
  return part.startsWith("\\") ? part.slice(1) : part;
}
