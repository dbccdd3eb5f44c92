import { z } from "zod";

type Check = (value: unknown) => boolean;

/** What a plain field may hold, as bits, so that a whole object is checked in one loop without calls. */
const STRING = 1;
const BOOLEAN = 2;
const INTEGER = 4;
const FRACTION = 8;
const ABSENT = 16;
const NULL = 32;

/**
 * A predicate that says the same as `schema.safeParse(value).success`, made once from the schema: it builds
 * nothing, which matters when a hundred thousand jobs are listed. Kinds of schema that it does not know are
 * left to zod.
 */
export function guardFor<S extends z.ZodType>(schema: S): (value: unknown) => value is z.input<S> {
  const check = compile(schema);
  return (value): value is z.input<S> => check(value);
}

function compile(schema: z.core.$ZodType): Check {
  const bits = bitsOf(schema);
  if (bits !== undefined) return (value) => (bits & bitOf(value)) !== 0;
  if (schema instanceof z.ZodOptional) return orElse(undefined, compile(schema.def.innerType));
  if (schema instanceof z.ZodNullable) return orElse(null, compile(schema.def.innerType));
  if (schema instanceof z.ZodArray && isPlain(schema)) return arrayCheck(compile(schema.def.element));
  if (schema instanceof z.ZodRecord) return recordCheck(compile(schema.def.valueType));
  if (schema instanceof z.ZodObject) return objectCheck(schema);
  return (value) => z.safeParse(schema, value).success;
}

/** The bits of a plain schema; undefined for one that is not plain. */
function bitsOf(schema: z.core.$ZodType): number | undefined {
  if (schema instanceof z.ZodOptional) return or(bitsOf(schema.def.innerType), ABSENT);
  if (schema instanceof z.ZodNullable) return or(bitsOf(schema.def.innerType), NULL);
  if (schema instanceof z.ZodString && isPlain(schema)) return STRING;
  if (schema instanceof z.ZodBoolean) return BOOLEAN;
  if (schema instanceof z.ZodNumber && isPlain(schema)) return INTEGER | FRACTION;
  return schema instanceof z.ZodNumber && isInt(schema) ? INTEGER : undefined;
}

function bitOf(value: unknown): number {
  if (typeof value === "string") return STRING;
  if (value === undefined) return ABSENT;
  if (value === null) return NULL;
  if (typeof value === "boolean") return BOOLEAN;
  if (typeof value !== "number") return 0;
  if (Number.isSafeInteger(value)) return INTEGER;
  return Number.isFinite(value) ? FRACTION : 0;
}

function or(bits: number | undefined, more: number): number | undefined {
  return bits === undefined ? undefined : bits | more;
}

function orElse(allowed: null | undefined, check: Check): Check {
  return (value) => value === allowed || check(value);
}

function arrayCheck(item: Check): Check {
  return (value) => Array.isArray(value) && value.every(item);
}

function recordCheck(item: Check): Check {
  return (value) => {
    if (!isObject(value)) return false;
    for (const key in value) if (!item(value[key])) return false;
    return true;
  };
}

function objectCheck(schema: z.ZodObject): Check {
  const plain: { key: string; bits: number }[] = [];
  const others: { key: string; check: Check }[] = [];
  for (const [key, field] of Object.entries(schema.def.shape)) {
    const bits = bitsOf(field);
    if (bits === undefined) others.push({ key, check: compile(field) });
    else plain.push({ key, bits });
  }
  return (value) => {
    if (!isObject(value)) return false;
    for (const { key, bits } of plain) if ((bits & bitOf(value[key])) === 0) return false;
    for (const { key, check } of others) if (!check(value[key])) return false;
    return true;
  };
}

function isPlain(schema: z.ZodString | z.ZodArray | z.ZodNumber): boolean {
  return (schema.def.checks ?? []).length === 0;
}

function isInt(schema: z.ZodNumber): boolean {
  return schema.def.checks?.length === 1 && schema.isInt && schema.minValue === Number.MIN_SAFE_INTEGER;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
