import { z } from "zod";

/** JSON Schema as model providers accept it: no `$schema`, no bounds that every integer meets. */
export function toJsonSchema(schema: z.ZodObject, io: "input" | "output"): { type: "object" } {
  const { $schema: _, ...whole } = z.toJSONSchema(schema, {
    target: "draft-7",
    io,
    override: ({ jsonSchema, path }) => {
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (io === "output") {
        dropUnlisted(jsonSchema);
        dropEmpty(jsonSchema);
      }
      // What a row always has shows in every answer; promising it in the list costs each session bytes.
      if (io === "output" && path.length > 0) delete jsonSchema.required;
      delete jsonSchema.propertyNames;
    },
  });
  return { ...whole, type: "object" };
}

/** What the list of tools does not show of an answer: see `openObject`. */
function dropUnlisted(schema: z.core.JSONSchema.JSONSchema): void {
  const { properties = {}, unlisted = [] } = schema;
  // The keys that `openObject` left there.
  for (const name of unlisted as string[]) delete properties[name];
  delete schema.unlisted;
  const required = schema.required?.filter((name) => name in properties) ?? [];
  if (required.length > 0) schema.required = required;
  else delete schema.required;
}

/** An open object is what a schema without these keys means, too. */
function dropEmpty(schema: z.core.JSONSchema.JSONSchema): void {
  for (const key of ["additionalProperties", "properties"] as const)
    if (isEmpty(schema[key])) delete schema[key];
}

function isEmpty(value: unknown): boolean {
  return value === true || (typeof value === "object" && value !== null && Object.keys(value).length === 0);
}
