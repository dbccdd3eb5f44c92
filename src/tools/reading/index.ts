import type { z } from "zod";
import { byMeaning } from "./meant.ts";
import { describeProblems } from "./problems.ts";
import { readArguments } from "./read.ts";

interface Read {
  name: string;
  input: z.ZodObject;
}

/** The arguments of a call as its tool takes them, or what is wrong with them and what would be right. */
export function readCall(
  { name, input }: Read,
  given: Record<string, unknown>,
): { args: Record<string, unknown> } | { refusal: string } {
  const { args, emptied } = readArguments(input, byMeaning({ name, input }, given));
  const parsed = input.safeParse(args);
  if (parsed.success && emptied.length === 0) return { args: parsed.data };
  const issues = parsed.error?.issues ?? [];
  const lines = describeProblems({ name, input }, { issues, emptied, args });
  return { refusal: [`invalid_argument: ${name} was not called.`, ...lines].join("\n") };
}
