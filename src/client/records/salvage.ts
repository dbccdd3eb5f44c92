import type { z } from "zod";

/** After this many repairs of single values, what contains the odd one is dropped instead, in the end a whole field. */
const SMALL_REPAIRS = 50;
const MOST_REPAIRS = 100;
const MOST_NAMED = 10;
/** No record of the platform is so deep, and no list in it so long: each odd entry would cost a repair. */
const DEEPEST = 16;
const MOST_ENTRIES = 2000;
const MOST_VALUES = 50_000;

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
  const record: unknown = pruned(sent);
  const unread = new Set<string>();
  let crowds = 0;
  for (let repairs = 0; repairs < MOST_REPAIRS; repairs += 1) {
    const found = schema.safeParse(record);
    if (found.success) return salvaged(found.data, unread);
    const { issues } = found.error;
    const [issue] = issues;
    if (issue === undefined) break;
    if (issues.filter((each) => convert(record, each)).length > 0) continue;
    if (issues.length > MOST_REPAIRS) crowds += 1;
    const odd = issue.path.slice(0, Math.max(1, issue.path.length - crowds - levelsUp(repairs)));
    unread.add(pathText(odd));
    if (!repair(record, odd, neutral)) break;
  }
  return salvaged<T>(undefined, unread);
}

/** What is said of an answer of which nothing can be used. */
export function unknownShape(what: string, { issues }: z.ZodError): string {
  const paths = new Set(issues.slice(0, MOST_NAMED).map(({ path }) => pathText(path)));
  return `${what} failed: the answer has an unknown shape (${[...paths].join(", ")}).`;
}

/** Whether reading a value costs no more than its size is worth: it is neither deep nor full of entries. */
export function isModest(value: unknown, mostValues = MOST_VALUES): boolean {
  return countValues(value, mostValues, DEEPEST) <= mostValues;
}

function countValues(value: unknown, most: number, levels: number): number {
  if (typeof value !== "object" || value === null) return 1;
  if (levels === 0) return Number.POSITIVE_INFINITY;
  let count = 1;
  for (const item of Object.values(value)) {
    count += countValues(item, most - count, levels - 1);
    if (count > most) break;
  }
  return count;
}

/** A copy in which what is too deep or too long is of no type that a schema knows. */
function pruned(value: unknown, levels = DEEPEST): unknown {
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  if (levels === 0 || entries.length > MOST_ENTRIES) return TOO_MUCH;
  if (Array.isArray(value)) return value.map((item) => pruned(item, levels - 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, pruned(item, levels - 1)]));
}

const TOO_MUCH = Symbol("more than is read");

function levelsUp(repairs: number): number {
  return repairs < SMALL_REPAIRS ? 0 : 1 + Math.floor((repairs - SMALL_REPAIRS) / 10);
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
  return expected === "string" && Number.isFinite(value) && Reflect.set(owner, key, String(value));
}

/** A path of a record, fit to be shown: keys can be anything. */
function pathText(path: readonly PropertyKey[]): string {
  if (path.length === 0) return "all of it";
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
