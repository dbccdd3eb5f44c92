import { failure } from "../http/answer.ts";

/** Checks a value and returns it normalised. @throws {DataError} */
export type Check<T> = (value: unknown) => T;

/** A body that passed its check. @throws {HttpError} 400 with the validator's text. Source: protocol reference 2.3. */
export function valid<T>(check: Check<T>, value: unknown): T {
  try {
    return check(value);
  } catch (error) {
    if (error instanceof DataError) throw failure(400, error.message, error);
    throw error;
  }
}

/** What is wrong with a value, as the platform's validator prints it. Source: protocol reference 3.9. */
export class DataError extends Error {
  override readonly name = "DataError";

  constructor(error: string | ReadonlyMap<string | number, DataError>, options?: ErrorOptions) {
    super(typeof error === "string" ? error : dictText(error), options);
  }
}

export function ensure(condition: boolean, message: string): asserts condition {
  if (!condition) throw new DataError(message);
}

function dictText(errors: ReadonlyMap<string | number, DataError>): string {
  const items = [...errors].map(([key, { message }]) => {
    const shown = typeof key === "number" ? String(key) : pyRepr(key);
    return `${shown}: DataError(${pyRepr(message)})`;
  });
  return `{${items.join(", ")}}`;
}

function pyRepr(value: string): string {
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
  const escaped = (char: string) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is escaped.
  const body = value.replace(/[\u0000-\u001f\u007f\\'"]/g, (char) =>
    char === "'" || char === '"' ? (char === quote ? `\\${char}` : char) : (NAMED[char] ?? escaped(char)),
  );
  return quote + body + quote;
}

const NAMED: Record<string, string> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

interface Range {
  min?: number;
  max?: number;
  below?: number;
}

/** A text; `min` and `max` count its characters. */
export function text({ blank = false, min = 0, max }: Range & { blank?: boolean } = {}): Check<string> {
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

/** Also matches a pattern, which is written as in Python and counts from the start. */
export function pattern(check: Check<string>, python: string): Check<string> {
  const regexp = new RegExp(`^(?:${python.replace("\\A", "").replaceAll("\\Z", "$")})`);
  return refine(check, (checked) => {
    ensure(regexp.test(checked), `does not match pattern ${python}`);
    return checked;
  });
}

export const bool: Check<boolean> = (value) => {
  ensure(typeof value === "boolean", "value should be True or False");
  return value;
};

export const int = (range: Range = {}) => number("int", range);
export const float = (range: Range = {}) => number("float", range);

/** Takes a numeric text too, as the platform does. */
function number(kind: "int" | "float", { min, max, below }: Range): Check<number> {
  return (value) => {
    const parsed = toNumber(kind, value);
    ensure(min === undefined || parsed >= min, `value is less than ${min}`);
    ensure(max === undefined || parsed <= max, `value is greater than ${max}`);
    ensure(below === undefined || parsed < below, `value should be less than ${below}`);
    return parsed;
  };
}

function toNumber(kind: "int" | "float", value: unknown): number {
  if (typeof value === "boolean") return Number(value);
  if (typeof value === "number" && (kind === "float" || Number.isInteger(value))) return value;
  ensure(typeof value === "string", `value is not ${kind}`);
  const numeric = kind === "int" ? /^\s*[+-]?\d+\s*$/ : /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;
  ensure(numeric.test(value), `value can't be converted to ${kind}`);
  return Number(value);
}

export function oneOf<T extends string>(...values: readonly T[]): Check<T> {
  return (value) => {
    const found = values.find((item) => item === value);
    ensure(found !== undefined, "value doesn't match any variant");
    return found;
  };
}

export const none: Check<null> = (value) => {
  ensure(value === null, "value should be None");
  return value;
};

/** The first check that passes; otherwise both errors by number. */
export function either<A, B>(first: Check<A>, second: Check<B>): Check<A | B> {
  return (value) => {
    const found = attempt(first, value);
    if (!(found instanceof DataError)) return found;
    const other = attempt(second, value);
    if (!(other instanceof DataError)) return other;
    throw new DataError(new Map([found, other].entries()));
  };
}

export function list<T>(item: Check<T>, { below = Number.POSITIVE_INFINITY }: Range = {}): Check<T[]> {
  return (value) => {
    ensure(Array.isArray(value), "value is not a list");
    // The platform's text is off by one.
    ensure(value.length < below, `list length is greater than ${below}`);
    return passed(value.map((entry, index) => [index, attempt(item, entry)])).map(([, entry]) => entry);
  };
}

export function mapping<T>(item: Check<T>): Check<Record<string, T>> {
  const blank = new DataError("blank value is not allowed");
  return (value) =>
    Object.fromEntries(
      passed(
        Object.entries(object(value)).map(([key, entry]) => {
          const result = attempt(item, entry);
          const pair = new Map<string, DataError>(key === "" ? [["key", blank]] : []);
          if (result instanceof DataError) pair.set("value", result);
          return [key, pair.size > 0 ? new DataError(pair) : result];
        }),
      ),
    );
}

interface Optional<T> {
  check: Check<T>;
  /** Stored when the key is absent. */
  fallback: T;
}

type Parsed<Keys> = {
  [Name in keyof Keys]: Keys[Name] extends Check<infer T> | Optional<infer T> ? T : never;
};

/** Exactly these keys; a key that is not listed is an error. */
export function dict<Keys extends Record<string, Check<unknown> | Optional<unknown>>>(
  keys: Keys,
): Check<Parsed<Keys>> {
  return (value) => {
    const source = object(value);
    const results = Object.entries(keys).map(([name, key]): [string, unknown] => {
      const check = typeof key === "function" ? key : key.check;
      if (Object.hasOwn(source, name)) return [name, attempt(check, source[name])];
      return [name, typeof key === "function" ? new DataError("is required") : key.fallback];
    });
    const extra = Object.keys(source).filter((name) => !Object.hasOwn(keys, name));
    for (const name of extra) results.push([name, new DataError(`${name} is not allowed key`)]);
    // Each key holds what its own check returned.
    return Object.fromEntries(passed(results).filter(([, item]) => item !== undefined)) as Parsed<Keys>;
  };
}

export function optional<T>(check: Check<T>): Optional<T | undefined>;
export function optional<T>(check: Check<T>, fallback: T): Optional<T>;
export function optional<T>(check: Check<T>, fallback?: T): Optional<T | undefined> {
  return { check, fallback };
}

export function refine<T, U>(check: Check<T>, next: (value: T) => U): Check<U> {
  return (value) => next(check(value));
}

export function object(value: unknown): Record<string, unknown> {
  ensure(typeof value === "object" && value !== null && !Array.isArray(value), "value is not a dict");
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

function passed<K extends string | number, T>(results: [K, T | DataError][]): [K, T][] {
  const errors = results.filter((result): result is [K, DataError] => result[1] instanceof DataError);
  if (errors.length > 0) throw new DataError(new Map(errors));
  return results.filter((result): result is [K, T] => !(result[1] instanceof DataError));
}
