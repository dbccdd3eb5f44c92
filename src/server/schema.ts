import { z } from "zod";
import type { Tool } from "../tools/define-tool.ts";

/** What the list of tools says of a tool's arguments and answers. A bundle has them made. */
export function schemasOf({ input, output }: Pick<Tool, "input" | "output">) {
  return { inputSchema: toJsonSchema(input, "input"), outputSchema: toJsonSchema(output, "output") };
}

/**
 * JSON Schema as model providers accept it, no longer than an agent needs: the list is part of every session. Of an
 * answer it shows the kinds of the main keys, the answer itself shows the rest; of an argument no bound that
 * nobody would pass. What a call passes is checked against the whole schema.
 */
export function toJsonSchema(schema: z.ZodObject, io: "input" | "output"): { type: "object" } {
  const { $schema: _, ...whole } = z.toJSONSchema(schema, {
    target: "draft-7",
    io,
    override: ({ jsonSchema, path }) => {
      if (io === "input" && path.length === 0) dropUnpublished(jsonSchema);
      else if (io === "input") shortenArgument(jsonSchema);
      else if (path.length > 0) onlyKind(jsonSchema);
      else dropUnlisted(jsonSchema);
    },
  });
  return { ...whole, type: "object" };
}

/** Nobody passes a number above it unawares. */
const HIGHEST = 10_000;

/** Without what is for pages alone. */
function dropUnpublished({ properties = {} }: z.core.JSONSchema.JSONSchema): void {
  for (const [name, schema] of Object.entries(properties))
    if (typeof schema === "object" && schema.unpublished === true) delete properties[name];
}

/** Without bounds that nobody passes, and of a map what its example shows. */
function shortenArgument(schema: z.core.JSONSchema.JSONSchema): void {
  if ((schema.minimum ?? 2) <= 1) delete schema.minimum;
  if ((schema.maximum ?? 0) > HIGHEST) delete schema.maximum;
  if (schema.wordsUnlisted === true && schema.type === "array") schema.items = { type: "string" };
  else if (schema.wordsUnlisted === true) delete schema.enum;
  if (typeof schema.additionalProperties === "object") delete schema.additionalProperties;
  for (const key of ["minItems", "maxItems", "maxLength", "propertyNames", "wordsUnlisted"])
    delete schema[key];
}

/** What the list of tools does not show of an answer: see `openObject`. */
function dropUnlisted(schema: z.core.JSONSchema.JSONSchema): void {
  const { properties = {}, unlisted = [] } = schema;
  // The keys that `openObject` left there.
  for (const name of unlisted as string[]) delete properties[name];
  if (Object.keys(properties).length === 0) delete schema.properties;
  delete schema.unlisted;
  delete schema.required;
  delete schema.additionalProperties;
}

function onlyKind(schema: z.core.JSONSchema.JSONSchema): void {
  for (const key of Object.keys(schema)) if (key !== "type") delete schema[key];
}
