import { z } from "zod";
import { PlatformError } from "../../client/index.ts";
import { InvalidInputError } from "../../jobs/invalid-input.ts";
import { hintOf, isOptional, unwrapped, wordsOf } from "./hint.ts";

/** What a refusal adds of an argument that passes: ` E.g. {"by":"6h"}`; nothing for one that the tool has not. */
export function exampleOf(schema: z.ZodObject, key: string): string {
  const argument: z.ZodType | undefined = schema.shape[key];
  const value = argument === undefined ? undefined : valueFor(argument);
  return value === undefined ? "" : exampleText({ [key]: value });
}

/** The same for an error that says which argument it is about. */
export function exampleFor(error: unknown, schema: z.ZodObject): string {
  if (error instanceof InvalidInputError) {
    const { argument, example } = error;
    return example === undefined ? exampleOf(schema, argument ?? "") : exampleText(example);
  }
  if (!(error instanceof PlatformError) || error.about === undefined) return "";
  return exampleOf(schema, error.about === "job" && !("job" in schema.shape) ? "jobs" : error.about);
}

/** A short call that would pass. */
export function callOf(schema: z.ZodObject): Record<string, unknown> {
  const said = Object.entries<z.ZodType>(schema.shape).filter(
    ([, argument]) => !isOptional(argument) || hintOf(argument).usual,
  );
  return Object.fromEntries(said.map(([key, argument]) => [key, valueFor(argument)]));
}

export function exampleText(args: Readonly<Record<string, unknown>>): string {
  return ` E.g. ${JSON.stringify(args)}`;
}

function valueFor(schema: z.ZodType): unknown {
  const { example } = hintOf(schema);
  if (example !== undefined) return example;
  const inner = unwrapped(schema);
  const [word] = wordsOf(inner);
  if (word !== undefined) return inner instanceof z.ZodArray ? [word] : word;
  if (inner instanceof z.ZodBoolean) return true;
  if (inner instanceof z.ZodNumber) return Number.isFinite(inner.minValue) ? inner.minValue : 1;
  return undefined;
}
