import { z } from "zod";

/** As `z.toJSONSchema` writes it, as far as the dataclasses need it. */
interface Schema {
  $ref?: string;
  type?: string;
  enum?: string[];
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
}

/** Interfaces of the dataclasses with these names: the same types as the schemas infer, without zod. */
export function dataclassesPage(schemas: Record<string, z.ZodType>): string {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const { schemas: all } = z.toJSONSchema(registry, { uri: (id) => id });
  const declared = Object.keys(schemas).map((id) => declaration(id, all[id] as Schema));
  return [HEAD, ...declared].join("\n\n").concat("\n");
}

const HEAD = `/**
 * The documented dataclasses as types, made of the schemas of job.ts and config/preset.ts (test/client/dataclasses.test.ts).
 * Absent means "not set". Source: protocol reference 5.
 */`;

function declaration(name: string, schema: Schema): string {
  const doc = comment(schema, "");
  if (schema.properties === undefined) return `${doc}export type ${name} = ${typeOf(schema)};`;
  return `${doc}export interface ${name} ${body(schema, "")}`;
}

function body({ properties = {}, required = [] }: Schema, indent: string): string {
  const inner = `${indent}  `;
  const lines = Object.entries(properties).map(([key, schema]) => {
    const isRequired = required.includes(key);
    const type = isRequired ? typeOf(schema, inner) : `${typeOf(schema, inner)} | undefined`;
    return `${comment(schema, inner)}${inner}${key}${isRequired ? "" : "?"}: ${type};`;
  });
  return `{\n${lines.join("\n")}\n${indent}}`;
}

function comment({ description }: Schema, indent: string): string {
  return description === undefined ? "" : `${indent}/** ${description}. */\n`;
}

function typeOf(schema: Schema, indent = ""): string {
  const { $ref, items, additionalProperties, type } = schema;
  if ($ref !== undefined) return $ref;
  if (schema.enum !== undefined) return schema.enum.map((word) => JSON.stringify(word)).join(" | ");
  if (items !== undefined) return `${typeOf(items, indent)}[]`;
  if (schema.properties !== undefined) return body(schema, indent);
  if (typeof additionalProperties === "object")
    return `Record<string, ${typeOf(additionalProperties, indent)}>`;
  if (type === "integer") return "number";
  if (type === "number" || type === "string" || type === "boolean") return type;
  throw new Error(`no type for ${JSON.stringify(schema)}`);
}
