import { styleText } from "node:util";
import { nearestNames } from "../jobs/names/near.ts";

/** Where something is printed: stdout or stderr of the process, or what stands for it. */
export interface Output {
  isColoured?: boolean;
  write(text: string): unknown;
}

/** Whoever runs a command: a person, or a program behind pipes. */
export interface Terminal {
  out: Output;
  /** What is said beside the result. */
  err: Output;
  /** How wide the screen is on which `err` is read; absent where nobody watches it. */
  columns?: number | undefined;
  /** Everything on stdin. */
  input(): Promise<string>;
  /** What the person types after a question, undefined after `ms` without an answer; absent where nobody can be asked. */
  ask?: ((question: string, ms?: number) => Promise<string | undefined>) | undefined;
}

/** The exit code for a command that was written wrong. */
const USAGE = 2;

/** In a colour or a weight where somebody reads it at a terminal, plain everywhere else. */
export function styled(output: Output, style: Parameters<typeof styleText>[0], text: string): string {
  return output.isColoured === true ? styleText(style, text) : text;
}

/** Says what is wrong with how a command was written. */
export function misused({ err }: Terminal, text: string): number {
  err.write(`apolo-jobs-mcp: ${text}\n`);
  return USAGE;
}

/** A hint at the words that may be meant, `most` at most, with the space before it; empty where none is near. */
export function didYouMean(word: string, known: readonly string[], most = 1): string {
  const near = nearestNames(word, known, most);
  return near.length === 0 ? "" : ` Did you mean ${near.join(" or ")}?`;
}

export function isYes(typed: string | undefined): boolean {
  return /^\s*y(es)?\s*$/i.test(typed ?? "");
}
