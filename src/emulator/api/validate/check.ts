import { DataError, ensure } from "./data-error.ts";

/** Takes a value as it came and returns it as it should be. @throws {DataError} */
export type Check<T> = (value: unknown) => T;

type JsonObject = Record<string, unknown>;

export interface Key {
  check: Check<unknown>;
  optional?: boolean;
  /** Checked and stored when the key is absent. */
  fallback?: unknown;
}

export function text({ blank = false, min = 0, max }: TextRule = {}): Check<string> {
  return (value) => {
    ensure(typeof value === "string", "value is not a string");
    if (value === "" && blank) return value;
    ensure(value !== "", "blank value is not allowed");
    const { length } = [...value];
    ensure(length >= min, `String is shorter than ${min} characters`);
    ensure(max === undefined || length <= max, `String is longer than ${max} characters`);
    return value;
  };
}

interface TextRule {
  blank?: boolean;
  /** In characters. */
  min?: number;
  max?: number;
}

/** Then matches a pattern, whose Python text is what a failure shows. */
export function pattern(check: Check<string>, regexp: RegExp, shown: string): Check<string> {
  return (value) => {
    const checked = check(value);
    if (!regexp.test(checked)) throw new DataError(`does not match pattern ${shown}`);
    return checked;
  };
}

export const bool: Check<boolean> = (value) => {
  if (typeof value !== "boolean") throw new DataError("value should be True or False");
  return value;
};

interface Range {
  min?: number;
  max?: number;
  below?: number;
}

export function int(range: Range = {}): Check<unknown> {
  return number("int", range);
}

export function float(range: Range = {}): Check<unknown> {
  return number("float", range);
}

/** A numeric text passes and stays a text, as on the platform. */
function number(kind: "int" | "float", { min, max, below }: Range): Check<unknown> {
  return (value) => {
    const parsed = toNumber(kind, value);
    if (min !== undefined && parsed < min) throw new DataError(`value is less than ${min}`);
    if (max !== undefined && parsed > max) throw new DataError(`value is greater than ${max}`);
    if (below !== undefined && parsed >= below) throw new DataError(`value should be less than ${below}`);
    return value;
  };
}

function toNumber(kind: "int" | "float", value: unknown): number {
  if (typeof value === "boolean") return Number(value);
  if (typeof value === "number") {
    const whole = kind === "float" || Number.isInteger(value);
    if (!whole || Number.isNaN(value)) throw new DataError(`value is not ${kind}`);
    return value;
  }
  if (typeof value !== "string") throw new DataError(`value is not ${kind}`);
  const numeric = kind === "int" ? /^\s*[+-]?\d+\s*$/ : /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;
  if (!numeric.test(value)) throw new DataError(`value can't be converted to ${kind}`);
  return Number(value);
}

export function oneOf<T extends string>(...values: readonly T[]): Check<T> {
  return (value) => {
    const found = values.find((item) => item === value);
    if (found === undefined) throw new DataError("value doesn't match any variant");
    return found;
  };
}

export const none: Check<null> = (value) => {
  if (value !== null) throw new DataError("value should be None");
  return value;
};

/** The first check that passes; otherwise all errors by number. */
export function either(...checks: readonly Check<unknown>[]): Check<unknown> {
  return (value) => {
    const errors = new Map<number, DataError>();
    for (const [index, check] of checks.entries()) {
      const result = attempt(check, value);
      if (!(result instanceof DataError)) return result;
      errors.set(index, result);
    }
    throw new DataError(errors);
  };
}

export function list(item: Check<unknown>, { below }: { below?: number } = {}): Check<unknown[]> {
  return (value) => {
    if (!Array.isArray(value)) throw new DataError("value is not a list");
    // The platform's text is off by one.
    if (below !== undefined && value.length >= below)
      throw new DataError(`list length is greater than ${below}`);
    const results = value.map((entry) => attempt(item, entry));
    fail(results.entries());
    return results;
  };
}

export function mapping(item: Check<unknown>): Check<JsonObject> {
  return (value) => {
    const source = asObject(value);
    const errors = new Map<string, DataError>();
    for (const [key, entry] of Object.entries(source)) {
      const pair = new Map<string, DataError>();
      if (key === "") pair.set("key", new DataError("blank value is not allowed"));
      const result = attempt(item, entry);
      if (result instanceof DataError) pair.set("value", result);
      if (pair.size > 0) errors.set(key, new DataError(pair));
    }
    fail(errors);
    return source;
  };
}

/** Exactly these keys; a key that is not listed is an error. */
export function dict(keys: Readonly<Record<string, Key>>): Check<JsonObject> {
  return (value) => {
    const source = asObject(value);
    const results = new Map<string, unknown>();
    for (const [name, key] of Object.entries(keys)) {
      const result = Object.hasOwn(source, name) ? attempt(key.check, source[name]) : absent(key);
      if (result !== undefined) results.set(name, result);
    }
    const extra = Object.keys(source).filter((name) => !Object.hasOwn(keys, name));
    for (const name of extra) results.set(name, new DataError(`${name} is not allowed key`));
    fail(results);
    return Object.fromEntries(results);
  };
}

function absent({ fallback, optional: mayLack }: Key): unknown {
  return fallback ?? (mayLack === true ? undefined : new DataError("is required"));
}

/** Then one more look at a whole value that passed. */
export function refine<T, U>(check: Check<T>, next: (value: T) => U): Check<U> {
  return (value) => next(check(value));
}

export function optional(check: Check<unknown>, fallback?: unknown): Key {
  return fallback === undefined ? { check, optional: true } : { check, optional: true, fallback };
}

export function required(check: Check<unknown>): Key {
  return { check };
}

function asObject(value: unknown): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new DataError("value is not a dict");
  return { ...value };
}

function attempt<T>(check: Check<T>, value: unknown): T | DataError {
  try {
    return check(value);
  } catch (error) {
    if (error instanceof DataError) return error;
    throw error;
  }
}

function fail(results: Iterable<[string | number, unknown]>): void {
  const errors = new Map<string | number, DataError>();
  for (const [key, result] of results) if (result instanceof DataError) errors.set(key, result);
  if (errors.size > 0) throw new DataError(errors);
}
