import type { Call } from "../operations/caller.ts";
import type { Suggestion } from "../operations/suggestions.ts";

interface PromptArgument {
  name: string;
  description: string;
  required: boolean;
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
  /** Tools without which it makes no sense; it is not offered without them. */
  needs: readonly string[];
  arguments: readonly PromptArgument[];
  compose(args: Readonly<Record<string, string>>, context: PromptContext): Promise<Part[]>;
}
