import { quote } from "shlex";
import { z } from "zod";
import { durationSeconds } from "../../jobs/time/durations.ts";
import { parseJson } from "../../json.ts";
import { type Hint, hintOf, isOptional, UNSET, unwrapped } from "./hint.ts";
import { plainName } from "./names.ts";

const WHOLE = /^[+-]?\d{1,15}(?:\.0+)?$/;
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

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
    const argument = argumentOf(schema, key);
    const read = argument === undefined ? value : readValue(argument, value);
    if (argument === undefined || !isOptional(argument) || !isEmpty(argument, read)) set(args, key, read);
    else if (hintOf(argument).narrows === true) emptied.push(key);
  }
  const areNamed = Object.keys(args).some((key) => isNaming(argumentOf(schema, key)));
  return { args, emptied: areNamed ? [] : emptied };
}

/** Of what every object has, such as `constructor`, none is an argument. */
function argumentOf({ shape }: z.ZodObject, key: string): z.ZodType | undefined {
  return Object.hasOwn(shape, key) ? shape[key] : undefined;
}

/** Whatever the key is called: assigned to `__proto__`, a value would be seen under every name. */
function set(args: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(args, key, { value, enumerable: true });
}

function isNaming(schema: z.ZodType | undefined): boolean {
  return schema !== undefined && hintOf(schema).names === true;
}

function isEmpty(schema: z.ZodType, value: unknown): boolean {
  const { mayBeEmpty, words } = hintOf(schema);
  if (value === null) return true;
  if (value === "") return mayBeEmpty !== true;
  const isList = Array.isArray(value) && value.length === 0;
  const inner = unwrapped(schema);
  return isList && (words === true || inner instanceof z.ZodArray || inner instanceof z.ZodRecord);
}

/** `lifeSpan` and `life-span` are `life_span`; `tag` is a list of one, `jobs` with one job in it is `job`. */
function renamed(schema: z.ZodObject, given: Record<string, unknown>): Record<string, unknown> {
  const known = (key: string) => Object.hasOwn(schema.shape, key);
  const free = (key: string) => known(key) && !Object.hasOwn(given, key);
  const entries = Object.entries(given).map(([key, value]) => {
    if (known(key)) return [key, value];
    const plain = plainName(key);
    if (free(plain)) return [plain, value];
    if (free(`${plain}s`) && isList(argumentOf(schema, `${plain}s`))) return [`${plain}s`, value];
    const one = plain.replace(/(?<!s)s$/, "");
    // Several where one is wanted, such as `commands`, are no longer one thing when they are put together.
    return one !== plain && free(one) && isOne(value) ? [one, onlyOf(value)] : [key, value];
  });
  // Two spellings of one argument: neither is dropped.
  return new Set(entries.map(([key]) => key)).size === entries.length ? Object.fromEntries(entries) : given;
}

function isList(schema: z.ZodType | undefined): boolean {
  return schema !== undefined && unwrapped(schema) instanceof z.ZodArray;
}

function isOne(value: unknown): boolean {
  const list = typeof value === "string" ? jsonOf(value, "[") : value;
  return !Array.isArray(list) || list.length === 1 || list.every(isPair);
}

function isPair(item: unknown): boolean {
  return pairOf(item) !== undefined;
}

function onlyOf(value: unknown): unknown {
  const list = typeof value === "string" ? jsonOf(value, "[") : value;
  return Array.isArray(list) && list.length === 1 && !isPair(list[0]) ? list[0] : value;
}

function readValue(schema: z.ZodType, given: unknown): unknown {
  if (given === null) return given;
  const hint = hintOf(schema);
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodArray) return readList(inner.element as z.ZodType, given, hint);
  if (inner instanceof z.ZodRecord) return readRecord(inner.valueType as z.ZodType, given);
  if (inner instanceof z.ZodEnum) return readWord(inner.options.map(String), given, hint);
  if (inner instanceof z.ZodNumber) return readNumber(inner, given, hint);
  if (inner instanceof z.ZodBoolean) return readFlag(given, hint);
  if (inner instanceof z.ZodString) return readText(given, hint);
  return given;
}

function readNumber({ isInt }: { isInt: boolean }, given: unknown, { seconds }: Hint): unknown {
  if (typeof given !== "string") return given;
  const text = given.trim();
  if (UNSET.test(text)) return null;
  if ((isInt ? WHOLE : DECIMAL).test(text)) return Number(text);
  const counted = seconds === true ? durationSeconds(text.toLowerCase()) : undefined;
  return counted !== undefined && Number.isInteger(counted) ? counted : given;
}

function readFlag(given: unknown, { mayBeEmpty }: Hint): unknown {
  if (typeof given !== "string") return given;
  const word = given.trim().toLowerCase();
  if (UNSET.test(word) && mayBeEmpty !== true) return null;
  return word === "true" || (word === "false" ? false : given);
}

function readWord(words: readonly string[], given: unknown, { spellings = {} }: Hint): unknown {
  if (typeof given !== "string" && typeof given !== "number") return given;
  const written = String(given).trim();
  const plain = written.toLowerCase();
  if (UNSET.test(plain)) return null;
  const isMeant = (word: string) => word.toLowerCase() === plain;
  const spelling = Object.keys(spellings).find(isMeant);
  if (spelling !== undefined) return spellings[spelling];
  const letters = plain.replace(/[\s_-]+/g, "");
  const word = words.find((each) => isMeant(each) || each.replaceAll("-", "") === letters);
  return word ?? (typeof given === "string" ? written : given);
}

function readText(given: unknown, { verbatim, seconds, words }: Hint): unknown {
  if (words === true) return readCommand(given);
  const text = verbatim === true ? given : onlyText(given);
  if (seconds === true) return readSeconds(text);
  if (typeof text === "number" && isExact(text)) return String(text);
  return typeof text === "string" && verbatim !== true ? text.trim() : text;
}

/** Fewer than a minute's are a slip: hours or minutes were meant. */
function readSeconds(given: unknown): unknown {
  const text = typeof given === "string" ? given.trim() : given;
  const seconds =
    typeof text === "number" || (typeof text === "string" && WHOLE.test(text)) ? Number(text) : 0;
  if (seconds >= 60) return `${seconds}s`;
  return typeof text === "number" && isExact(text) ? String(text) : text;
}

/** A list with one text in it, where a text is wanted. */
function onlyText(given: unknown): unknown {
  return Array.isArray(given) && given.length === 1 && typeof given[0] === "string" ? given[0] : given;
}

/** Words, the first of which is the program; a program whose name has blanks is a line of shell text. */
function readCommand(given: unknown): unknown {
  const list = typeof given === "string" ? jsonOf(given.trim(), "[") : given;
  if (!Array.isArray(list)) return given;
  const words = list.map((word) => (typeof word === "number" && isExact(word) ? String(word) : word));
  if (!isTexts(words)) return given;
  const [program = ""] = words;
  if (!/\s/.test(program)) return words.map((word) => quote(word)).join(" ");
  return words.length === 1 ? program : given;
}

function readList(element: z.ZodType, given: unknown, { between, doubt, program }: Hint): unknown {
  if (Array.isArray(given)) return given.map((item) => readValue(element, item));
  if (typeof given === "number") return [readValue(element, given)];
  if (typeof given !== "string") return given;
  const text = given.trim();
  if (text === "") return "";
  const list = jsonOf(text, "[");
  if (Array.isArray(list)) return list.map((item) => readValue(element, item));
  const isUnclear = /^\[.*\]$/s.test(text) || (program === true && /\s/.test(text));
  if (isUnclear) return given;
  const items = between === undefined ? [given] : text.split(new RegExp(between)).map((item) => item.trim());
  const isDoubtful = doubt !== undefined && items.some((item) => new RegExp(doubt).test(item));
  if (isDoubtful) return given;
  return items.filter((item) => item !== "").map((item) => readValue(element, item));
}

function readRecord(element: z.ZodType, given: unknown): unknown {
  const whole = typeof given === "string" ? (jsonOf(given.trim(), "{") ?? jsonOf(given.trim(), "[")) : given;
  // Another NAME= in one text: whether it is a variable or a part of the value, nobody can tell.
  if (whole === undefined && /[\s,;][A-Za-z_]\w*=/.test(String(given).trim())) return given;
  const pairs = whole === undefined ? [given] : whole;
  const record = Array.isArray(pairs) ? fromPairs(pairs) : pairs;
  if (typeof record !== "object" || record === null) return given;
  // The schema library would leave it out without a word.
  if (Object.hasOwn(record, "__proto__")) return "__proto__";
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, readEntry(element, value)]));
}

/** In an object a flag is the text it is written as, too. */
function readEntry(element: z.ZodType, value: unknown): unknown {
  // One value with a comma, or several: for a sweep that is one job or many.
  if (element instanceof z.ZodArray && typeof value === "string" && /^[^[]*,/.test(value)) return value;
  const flagText = (item: unknown) => (typeof item === "boolean" ? String(item) : item);
  return readValue(element, Array.isArray(value) ? value.map(flagText) : flagText(value));
}

/** `["A=1", "B=2"]`, or `[{"name": "A", "value": "1"}]`, as an object; undefined where a name is missing or comes twice. */
function fromPairs(pairs: readonly unknown[]): Record<string, unknown> | undefined {
  const entries = pairs.map(pairOf);
  const record = Object.fromEntries(entries.filter((entry) => entry !== undefined));
  return pairs.length > 0 && Object.keys(record).length === pairs.length ? record : undefined;
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

/** What a text holds in JSON, where it begins as an object or a list does; Python's quotes are read as JSON's. */
function jsonOf(text: string, start: "[" | "{"): unknown {
  if (!text.startsWith(start)) return undefined;
  return parseJson(text) ?? (/["\\]/.test(text) ? undefined : parseJson(text.replaceAll("'", '"')));
}

/** A longer whole number is not the one that was written. */
function isExact(given: number): boolean {
  return Number.isSafeInteger(given) || (Number.isFinite(given) && !Number.isInteger(given));
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string");
}
