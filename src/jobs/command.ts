import { quote, split } from "shlex";
import { InvalidInputError } from "./invalid-input.ts";

/** A command as the platform will run it. */
export interface CommandToRun {
  /** Shell words; nothing but `sh -c` in them brings in a shell. */
  command: string;
  /** Whether the text was handed to `sh -c`, because it needs a shell. */
  inShell: boolean;
  /** Set when the text has shell syntax that no shell will see. */
  warning?: string;
}

/**
 * The platform splits a command into words and runs it without a shell. A text that needs one (`a && b`, `$HOME`,
 * several lines, `cd …`) is handed to `sh -c`, unless an entrypoint takes the words as its arguments.
 * @throws {InvalidInputError} a quote that is never closed. Source: protocol reference 3.5 and 3.9.
 */
export function commandToRun(
  text: string,
  { entrypoint }: { entrypoint?: string | undefined } = {},
): CommandToRun {
  const trimmed = text.trim();
  if (trimmed === "")
    throw new InvalidInputError("command: it is blank; leave it out to run the image's own.");
  const { syntax, isOpen } = scan(trimmed);
  if (syntax === undefined || entrypoint !== undefined) {
    requireWords(trimmed, "command");
    if (syntax === undefined) return { command: trimmed, inShell: false };
    const warning = `No shell reads the command, because entrypoint is set: ${syntax} goes to the program as text.`;
    return { command: trimmed, inShell: false, warning };
  }
  if (isOpen) throw openQuote("command");
  return { command: `sh -c ${quote(trimmed)}`, inShell: true };
}

/** Checks that a text can be split into shell words. @throws {InvalidInputError} */
export function requireWords(text: string, what: string): void {
  try {
    split(text);
  } catch (cause) {
    throw openQuote(what, cause);
  }
}

function openQuote(what: string, cause?: unknown): InvalidInputError {
  return new InvalidInputError(
    `${what}: a quote or backslash in it is never closed, so it cannot be split into words. Nothing was sent.`,
    { cause },
  );
}

/** Comments, escapes and quoted parts; what is left over is what a shell would read as syntax. */
const OPAQUE = /(?<=^|\s)#.*$|\\[\s\S]|'[^']*'|"(?:\\[\s\S]|[^"\\])*"/gm;
const EXPANSION = /\$[\w{(?@*#$!-]|`/;
const OPERATORS: [RegExp, string][] = [
  [/\n/, "a line end"],
  [/&&|\|\||[&|;<>]/, "an operator"],
  [EXPANSION, "an expansion"],
  [/\*|(?:^|\s)~/, "a file pattern"],
  [/^[A-Za-z_]\w*=/, "an assignment"],
  [
    /^(?:cd|export|source|\.|set|unset|exec|eval|exit|ulimit|umask|trap|wait|if|for|while|case)(?=\s|$)/,
    "a shell word",
  ],
];
const OWN_SHELL = /^(?:\S*\/)?(?:ba|da|z|k|a)?sh\s+(?:-\S+\s+)*-\w*c\s/;
/** Here-documents and substitutions quote by rules of their own: whether a quote is open is then not known. */
const OWN_QUOTING = /<<|\$\(|`/;

function scan(text: string): { syntax: string | undefined; isOpen: boolean } {
  let expands = false;
  let continues = false;
  const bare = text.replace(OPAQUE, (part) => {
    if (part.startsWith("#")) return "";
    if (part === "\\\n") continues = true;
    if (part.startsWith('"') && EXPANSION.test(part.replace(/\\[\s\S]/g, ""))) expands = true;
    return "_";
  });
  const operator = OPERATORS.find(([pattern]) => pattern.test(bare));
  const inQuotes = expands && !OWN_SHELL.test(text);
  const syntax = operator?.[1] ?? (continues ? "a line end" : inQuotes ? "an expansion" : undefined);
  return { syntax, isOpen: /['"]|\\$/.test(bare) && !OWN_QUOTING.test(text) };
}
