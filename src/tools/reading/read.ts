import { quote } from "shlex";
import { z } from "zod";
import { parseJson } from "../../json.ts";
import { type Hint, hintOf, isOptional, unwrapped } from "./hint.ts";

const WHOLE = /^[+-]?\d{1,15}(?:\.0+)?$/;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * Arguments as they are meant without doubt: `"5"` for a number, one text for a list, a list or an object in a
 * text, `RUNNING` for `running`. What cannot be read without loss stays as it came, for the schema to refuse.
 */
export function readArguments(
  schema: z.ZodObject,
  given: Record<string, unknown>,
): { args: Record<string, unknown>; emptied: string[] } {
  const args: Record<string, unknown> = {};
  const emptied: string[] = [];
  for (const [key, value] of Object.entries(renamed(schema, given))) {
    const argument: z.ZodType | undefined = schema.shape[key];
    const read = argument === undefined ? value : readValue(argument, value);
    if (argument === undefined || !isOptional(argument) || !isEmpty(read, hintOf(argument))) args[key] = read;
    else if (hintOf(argument).narrows === true) emptied.push(key);
  }
  const areNamed = Object.keys(args).some((key) => isNaming(schema.shape[key]));
  return { args, emptied: areNamed ? [] : emptied };
}

function isNaming(schema: z.ZodType | undefined): boolean {
  return schema !== undefined && hintOf(schema).names === true;
}

function isEmpty(value: unknown, { mayBeEmpty }: Hint): boolean {
  if (value === null) return true;
  if (value === "") return mayBeEmpty !== true;
  return Array.isArray(value) && value.length === 0;
}

/** `lifeSpan` and `life-span` are `life_span`; `tag` is a list of one, `jobs` with one job in it is `job`. */
function renamed(schema: z.ZodObject, given: Record<string, unknown>): Record<string, unknown> {
  const known = (key: string) => Object.hasOwn(schema.shape, key);
  const free = (key: string) => known(key) && !Object.hasOwn(given, key);
  const entries = Object.entries(given).map(([key, value]) => {
    if (known(key)) return [key, value];
    const plain = key
      .trim()
      .replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`)
      .replace(/-/g, "_")
      .toLowerCase();
    if (free(plain)) return [plain, value];
    if (free(`${plain}s`) && isList(schema.shape[`${plain}s`])) return [`${plain}s`, value];
    const one = plain.replace(/(?<!s)s$/, "");
    if (one !== plain && free(one)) return [one, onlyOf(value)];
    return [key, value];
  });
  // Two spellings of one argument: neither is dropped.
  return new Set(entries.map(([key]) => key)).size === entries.length ? Object.fromEntries(entries) : given;
}

function isList(schema: z.ZodType | undefined): boolean {
  return schema !== undefined && unwrapped(schema) instanceof z.ZodArray;
}

function onlyOf(value: unknown): unknown {
  const list = typeof value === "string" ? jsonOf(value, "[") : value;
  return Array.isArray(list) && list.length === 1 ? list[0] : value;
}

function readValue(schema: z.ZodType, given: unknown): unknown {
  if (given === null) return given;
  const hint = hintOf(schema);
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodArray) return readList(inner.element as z.ZodType, given, hint);
  if (inner instanceof z.ZodRecord) return readRecord(inner.valueType as z.ZodType, given);
  if (inner instanceof z.ZodEnum) return readWord(inner.options.map(String), given, hint);
  if (inner instanceof z.ZodNumber) return readNumber(inner, given);
  if (inner instanceof z.ZodBoolean) return readFlag(given);
  if (inner instanceof z.ZodString) return readText(given, hint);
  return given;
}

function readNumber({ isInt }: { isInt: boolean }, given: unknown): unknown {
  if (typeof given !== "string") return given;
  const text = given.trim();
  return (isInt ? WHOLE : DECIMAL).test(text) ? Number(text) : given;
}

function readFlag(given: unknown): unknown {
  if (typeof given !== "string") return given;
  const word = given.trim().toLowerCase();
  return word === "true" || (word === "false" ? false : given);
}

function readWord(words: readonly string[], given: unknown, { spellings = {} }: Hint): unknown {
  if (typeof given !== "string" && typeof given !== "number") return given;
  const written = String(given).trim();
  const plain = written.toLowerCase();
  const isMeant = (word: string) => word.toLowerCase() === plain;
  const spelling = Object.keys(spellings).find(isMeant);
  if (spelling !== undefined) return spellings[spelling];
  const word = words.find((each) => isMeant(each) || each.replaceAll("-", "_") === plain);
  return word ?? (typeof given === "string" ? written : given);
}

function readText(given: unknown, { verbatim, seconds, words }: Hint): unknown {
  if (words === true) return readCommand(given);
  if (seconds === true) return readSeconds(given);
  if (typeof given === "number" && isExact(given)) return String(given);
  return typeof given === "string" && verbatim !== true ? given.trim() : given;
}

/** Fewer than a minute's are a slip: hours or minutes were meant. */
function readSeconds(given: unknown): unknown {
  const text = typeof given === "string" ? given.trim() : given;
  const seconds =
    typeof text === "number" || (typeof text === "string" && WHOLE.test(text)) ? Number(text) : 0;
  return seconds >= 60 ? `${seconds}s` : text;
}

function readCommand(given: unknown): unknown {
  const list = typeof given === "string" ? jsonOf(given.trim(), "[") : given;
  return isTexts(list) ? list.map((word) => quote(word)).join(" ") : given;
}

function readList(element: z.ZodType, given: unknown, { commas, program }: Hint): unknown {
  if (Array.isArray(given)) return given.map((item) => readValue(element, item));
  if (typeof given === "number") return [readValue(element, given)];
  if (typeof given !== "string") return given;
  const text = given.trim();
  if (text === "") return "";
  const list = jsonOf(text, "[");
  if (Array.isArray(list)) return list.map((item) => readValue(element, item));
  if (program === true && /\s/.test(text)) return given;
  const items = commas === true ? text.split(",").map((item) => item.trim()) : [given];
  return items.map((item) => readValue(element, item));
}

function readRecord(element: z.ZodType, given: unknown): unknown {
  const whole = typeof given === "string" ? (jsonOf(given.trim(), "{") ?? jsonOf(given.trim(), "[")) : given;
  const pairs = whole === undefined ? [given] : whole;
  const record = Array.isArray(pairs) ? fromPairs(pairs) : pairs;
  if (typeof record !== "object" || record === null) return given;
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, readEntry(element, value)]));
}

/** In an object a flag is the text it is written as, too. */
function readEntry(element: z.ZodType, value: unknown): unknown {
  const isFlag = typeof value === "boolean" && unwrapped(element) instanceof z.ZodString;
  return isFlag ? String(value) : readValue(element, value);
}

/** `["A=1", "B=2"]`, or `[{"name": "A", "value": "1"}]`, as an object; undefined where a name is missing or comes twice. */
function fromPairs(pairs: readonly unknown[]): Record<string, unknown> | undefined {
  const entries = pairs.map(pairOf);
  const record = Object.fromEntries(entries.filter((entry) => entry !== undefined));
  return Object.keys(record).length === pairs.length ? record : undefined;
}

function pairOf(item: unknown): [string, unknown] | undefined {
  if (typeof item === "string") {
    const [, name, value] = /^\s*([A-Za-z_][\w.-]*)=([\s\S]*)$/.exec(item) ?? [];
    return name === undefined || value === undefined ? undefined : [name, value];
  }
  if (typeof item !== "object" || item === null) return undefined;
  const { name, value, ...rest } = item as { name?: unknown; value?: unknown }; // of an object any key may be read
  return typeof name === "string" && value !== undefined && Object.keys(rest).length === 0
    ? [name, value]
    : undefined;
}

/** What a text holds in JSON, where it begins as an object or a list does. */
function jsonOf(text: string, start: "[" | "{"): unknown {
  return text.startsWith(start) ? parseJson(text) : undefined;
}

/** A longer whole number is not the one that was written. */
function isExact(given: number): boolean {
  return Number.isSafeInteger(given) || (Number.isFinite(given) && !Number.isInteger(given));
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string");
}
