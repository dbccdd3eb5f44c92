import type { Call } from "../operations/caller.ts";
import type { Suggestion } from "../operations/suggestions.ts";

interface PromptArgument {
  name: string;
  description: string;
  required: boolean;
  /** A value that passes, for a refusal. */
  example: string;
  /** What is suggested while a person types. */
  suggests: Suggestion;
}

/** One piece of a prompt: words, or a resource by its address. */
export type Part = { say: string } | { attach: string };

interface PromptContext extends Pick<Call, "caller" | "signal"> {
  /** Names of the tools that this session offers: no other may be named. */
  tools: ReadonlySet<string>;
}

/** A way of working that a person picks: the material, and the order of the tools. */
export interface Prompt {
  name: string;
  title: string;
  description: string;
  /** Tools it cannot do without: it is offered only with all of them. */
  needs: readonly string[];
  arguments: readonly PromptArgument[];
  compose(args: Readonly<Record<string, string>>, context: PromptContext): Part[] | Promise<Part[]>;
}

/** A step, and the tools it names. */
export type Step = readonly [needs: readonly string[], text: string];

/** The steps that can be done with these tools, numbered. */
export function numbered(steps: readonly Step[], tools: ReadonlySet<string>): string {
  return steps
    .filter(([needs]) => needs.every((tool) => tools.has(tool)))
    .map(([, text], index) => `${index + 1}. ${text}`)
    .join("\n");
}

const MOST_CHARS = 2000;

/** What a person wrote, as one quoted line that cannot be taken for the prompt's own words. */
export function quote(text: string): string {
  return JSON.stringify(text.length > MOST_CHARS ? `${text.slice(0, MOST_CHARS)}…` : text);
}
