import { quote } from "shlex";
import { InvalidInputError } from "../invalid-input.ts";
import { isClosed, listedWords, readShellText, shebangOf } from "./shell-words.ts";

/** A command as the platform will run it. */
export interface CommandToRun {
  /** Words; nothing but `sh -c` in them brings in a shell. */
  command: string;
  /** Whether the text was handed to a shell or another interpreter, because it needs one. */
  inShell: boolean;
  /** Set when the text has shell syntax that no shell will see. */
  warning?: string;
  /** Set when the text can hardly be meant so. */
  doubt?: string;
}

/**
 * The platform splits a command into words and runs it without a shell. Whatever is not plain words (`a && b`,
 * `$HOME`, `*.csv`, `cd …`, several lines) is handed to `sh -c`, a script to the interpreter that its first line
 * names, unless an entrypoint takes the words as its arguments.
 * @throws {InvalidInputError} a quote that is never closed. Source: protocol reference 3.5 and 3.9.
 */
export function commandToRun(
  text: string,
  { entrypoint }: { entrypoint?: string | undefined } = {},
): CommandToRun {
  const trimmed = text.trim();
  if (trimmed === "")
    throw new InvalidInputError("command: it is blank; leave it out to run the image's own.", {
      argument: "command",
    });
  const shebang = entrypoint === undefined ? shebangOf(trimmed) : undefined;
  if (shebang?.isKnown === true)
    return { command: [...shebang.words, trimmed].map(quote).join(" "), inShell: true };
  const { syntax, isOpen } = readShellText(trimmed);
  if (syntax === undefined || entrypoint !== undefined) {
    requireWords(trimmed, "command");
    if (syntax === undefined) return { command: trimmed, inShell: false };
    const warning = `No shell reads the command, because entrypoint is set: ${syntax} goes to the program as text.`;
    return { command: trimmed, inShell: false, warning };
  }
  if (isOpen) throw openQuote("command");
  const doubt = doubtAbout(trimmed, shebang?.words);
  return { command: `sh -c ${quote(trimmed)}`, inShell: true, ...(doubt === undefined ? {} : { doubt }) };
}

function doubtAbout(text: string, interpreter: readonly string[] | undefined): string | undefined {
  if (interpreter !== undefined) {
    const named = interpreter.join(" ").slice(0, 100);
    return `command: its first line names ${named}, but sh runs it. Start the interpreter yourself, e.g. with the script from a volume.`;
  }
  const words = listedWords(text);
  if (words === undefined) return undefined;
  const typed = words.map(quote).join(" ").slice(0, 200);
  return `command: it is a list in brackets, which a shell takes for the name of a program. Write it as it is typed: ${typed}`;
}

/** Checks that a text can be split into shell words. @throws {InvalidInputError} */
export function requireWords(text: string, argument: string): void {
  if (!isClosed(text)) throw openQuote(argument);
}

function openQuote(argument: string): InvalidInputError {
  return new InvalidInputError(
    `${argument}: a quote or backslash in it is never closed, so it cannot be split into words. Nothing was sent.`,
    { argument },
  );
}
