import type { z } from "zod";

/** After this many repairs of single values, what contains the odd one is dropped instead, in the end a whole field. */
const SMALL_REPAIRS = 50;
const MOST_REPAIRS = 100;
const MOST_NAMED = 10;

/** What could be read of a record, and the paths of the rest. */
export interface Salvaged<T> {
  /** Undefined when too much is missing. */
  value: T | undefined;
  /** Paths such as `container.http.port`, the first few of them. */
  unread: string[];
}

/**
 * Reads as much of a record as fits its schema. A number sent as text or as true is read as a number. What does not
 * fit is left out if it may be absent, else replaced by its `neutral` value, else left out with what contains it.
 */
export function salvage<T>(schema: z.ZodType<T>, sent: unknown, neutral: object): Salvaged<T> {
  const record: unknown = structuredClone(sent);
  const unread = new Set<string>();
  for (let repairs = 0; repairs < MOST_REPAIRS; repairs += 1) {
    const found = schema.safeParse(record);
    if (found.success) return salvaged(found.data, unread);
    const [issue] = found.error.issues;
    if (issue === undefined) break;
    if (convert(record, issue)) continue;
    const { path } = issue;
    const depth =
      repairs < SMALL_REPAIRS ? path.length : Math.max(1, path.length - 1 - (repairs - SMALL_REPAIRS) / 10);
    const odd = path.slice(0, depth);
    unread.add(pathText(odd));
    if (!repair(record, odd, neutral)) break;
  }
  return salvaged<T>(undefined, unread);
}

function salvaged<T>(value: T | undefined, unread: Iterable<string>): Salvaged<T> {
  return { value, unread: [...unread].slice(0, MOST_NAMED) };
}

/** How a number may be written: the platform returns what a client sent, checked but not converted. */
const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i;

/** Replaces a value by the same one in the expected type, if there is one. */
function convert(record: unknown, issue: z.core.$ZodIssue): boolean {
  if (issue.code !== "invalid_type") return false;
  const { path, expected } = issue;
  const key = path.at(-1);
  const owner = valueAt(record, path.slice(0, -1));
  if (key === undefined || typeof owner !== "object" || owner === null) return false;
  const value: unknown = Reflect.get(owner, key);
  const isNumber = typeof value === "boolean" || (typeof value === "string" && NUMBER.test(value));
  if ((expected === "number" || expected === "int") && isNumber)
    return Reflect.set(owner, key, Number(value));
  return expected === "string" && typeof value === "number" && Reflect.set(owner, key, String(value));
}

/** A path of a record, fit to be shown: keys can be anything. */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((key) =>
      String(key)
        .replace(/[^\w-]/g, "?")
        .slice(0, 40),
    )
    .join(".");
}

function repair(record: unknown, path: readonly PropertyKey[], neutral: object): boolean {
  const key = path.at(-1);
  if (key === undefined) return false;
  const owner = valueAt(record, path.slice(0, -1));
  if (Array.isArray(owner)) owner.splice(Number(key), 1);
  else if (typeof owner !== "object" || owner === null) return false;
  else if (Object.hasOwn(owner, key)) return Reflect.deleteProperty(owner, key);
  else {
    const value = valueAt(neutral, path);
    if (value === undefined) return repair(record, path.slice(0, -1), neutral);
    Reflect.set(owner, key, structuredClone(value));
  }
  return true;
}

function valueAt(record: unknown, path: readonly PropertyKey[]): unknown {
  let value = record;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}
