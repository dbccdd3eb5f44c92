import { z } from "zod";
import { oneLine, sentence } from "../../foreign.ts";
import { mistypedNames } from "../../jobs/names/near.ts";
import { callText } from "../../jobs/next-call.ts";
import { STATUS_WORDS } from "../meanings/statuses.ts";
import { exampleOf, exampleText } from "./example.ts";
import { hintOf, unwrapped, wordsOf } from "./hint.ts";
import { meaningOf } from "./meant.ts";
import { plainName } from "./names.ts";

type Issue = z.core.$ZodIssue;
type Given = Readonly<Record<string, unknown>>;

const PLAIN_NAME = /^[\w$.-]+$/;
/** Of what a caller wrote, this much is quoted. */
const MOST_QUOTED = 80;
/** The names of more arguments are no help; the schema has them too. */
const MOST_NAMES = 15;
/** More wrong arguments than these are only counted. */
const MOST_TOLD = 12;

/** What is wrong with the arguments of a call, one line each: what is wanted, what came, what passes. */
export function describeProblems(
  tool: { name: string; input: z.ZodObject },
  { issues, emptied, args }: { issues: readonly Issue[]; emptied: readonly string[]; args: Given },
): string[] {
  const { input: schema } = tool;
  const unknown = issues.flatMap(unknownIn);
  const better = unknown.map((key) => [key, betterText(tool, key, args[key])] as const);
  const byArgument = new Map([
    ...emptied.map((key) => [key, emptiedText(schema, key)] as const),
    ...better.map(([key, text]) => [key, `${shownName(key)}: ${text ?? "unknown argument."}`] as const),
  ]);
  for (const issue of issues) {
    const [key = "arguments"] = issue.path.map(String);
    if (unknownIn(issue).length === 0 && !byArgument.has(key))
      byArgument.set(key, wrongText(schema, issue, args));
  }
  const told = [...byArgument.values()].slice(0, MOST_TOLD).map((line) => `- ${line}`);
  const moreCount = byArgument.size - told.length;
  const lines = moreCount === 0 ? told : [...told, `- ${moreCount} more arguments are wrong.`];
  return better.every(([, text]) => text !== undefined) ? lines : [...lines, ...acceptedText(schema)];
}

function unknownIn(issue: Issue): readonly string[] {
  return issue.code === "unrecognized_keys" && issue.path.length === 0 ? issue.keys : [];
}

/** Quotes what a caller wrote, no longer than helps. */
export function quoted(text: string): string {
  const cut = text.length > MOST_QUOTED ? `${text.slice(0, MOST_QUOTED)}…` : text;
  return JSON.stringify(oneLine(cut));
}

function emptiedText(schema: z.ZodObject, key: string): string {
  return `${key}: is empty, and without it more could be changed than is meant: leave it out, or say which.${exampleOf(schema, key)}`;
}

/** What to give instead of an argument that the tool has not; undefined where nothing fits. */
function betterText(
  tool: { name: string; input: z.ZodObject },
  key: string,
  value: unknown,
): string | undefined {
  const { name, input } = tool;
  const meaning = meaningOf(tool, key);
  if (meaning === undefined) {
    const [slip] = mistypedNames(plainName(key), Object.keys(input.shape));
    return slip === undefined ? undefined : didYouMean(input, slip);
  }
  if ("to" in meaning) return didYouMean(input, meaning.to);
  if ("impossible" in meaning) return `${meaning.impossible.what} ${meaning.impossible.way}`;
  const { says, call, tool: other = name } = meaning.advice;
  const example = call?.(value, plainName(key));
  if (example === undefined) return sentence(says);
  return other === name
    ? `${sentence(says)} E.g. ${JSON.stringify(example)}`
    : `${says} ${callText({ tool: other, arguments: example })}.`;
}

function didYouMean(schema: z.ZodObject, argument: string): string {
  return `unknown argument, did you mean ${argument}?${exampleOf(schema, argument)}`;
}

function acceptedText({ shape }: z.ZodObject): string[] {
  const names = Object.keys(shape);
  if (names.length === 0) return ["It takes no arguments."];
  return names.length > MOST_NAMES ? [] : [`Accepted are: ${names.join(", ")}.`];
}

/** One that is no word would not be seen. */
function shownName(key: string): string {
  // A pattern runs out of its stack over a name of many megabytes.
  const begin = key.slice(0, MOST_QUOTED);
  return PLAIN_NAME.test(begin) ? begin : quoted(key);
}

function wrongText(schema: z.ZodObject, issue: Issue, args: Given): string {
  const [key = "", ...inner] = issue.path.map(String);
  const argument: z.ZodType | undefined = schema.shape[key];
  if (argument === undefined) return `arguments: ${issue.message}`;
  const came = valueAt(args, issue.path);
  const where = inner.length === 0 ? key : oneLine(`${key}.${inner.join(".")}`.slice(0, MOST_QUOTED));
  if (issue.code === "custom") return `${where}: ${sentence(issue.message)}${exampleOf(schema, key)}`;
  const got = came === undefined ? "it is missing" : `got ${gotText(came, issue)}`;
  const said = `give ${wanted(partOf(argument, inner))}; ${got}`;
  const items = severalIn(argument, came);
  if (items !== undefined)
    return `${where}: ${said}, one of them or several?${exampleText({ [key]: items })}`;
  return `${where}: ${sentence(`${said}${meant(argument, came)}`)}${exampleOf(schema, key)}`;
}

/** What is wanted at a place within an argument, such as a value of `env`. */
function partOf(schema: z.ZodType, path: readonly string[]): z.ZodType {
  const whole = unwrapped(schema);
  if (path.length === 0 || wordsOf(whole).length > 0) return whole;
  const [, ...rest] = path;
  // The library's core types are its classic ones here.
  if (whole instanceof z.ZodArray) return partOf(whole.element as z.ZodType, rest);
  return whole instanceof z.ZodRecord ? partOf(whole.valueType as z.ZodType, rest) : whole;
}

/** The items of a text that may be one or several, of which the caller knows. */
function severalIn(argument: z.ZodType, came: unknown): string[] | undefined {
  const { doubt } = hintOf(argument);
  if (doubt === undefined || typeof came !== "string" || !new RegExp(doubt).test(came)) return undefined;
  const items = came.split(new RegExp(`(?:\\s|${doubt})+`)).filter((item) => item !== "");
  return came.length > MOST_QUOTED || items.length === 0 ? undefined : items;
}

function meant(argument: z.ZodType, came: unknown): string {
  if (typeof came !== "string") return "";
  const words = wordsOf(argument);
  const said = came.trim().toLowerCase();
  const synonym = STATUS_WORDS.get(said)
    ?.split(" ")
    .find((word) => words.includes(word));
  const guess = synonym ?? mistypedNames(said, words)[0] ?? onlyPart(said, words);
  return guess === undefined ? "" : `, did you mean ${guess}?`;
}

/** The one word that is a part of what came, or has it as a part. */
function onlyPart(said: string, words: readonly string[]): string | undefined {
  const parts = words.filter(
    (word) => said.includes(word.toLowerCase()) || word.toLowerCase().includes(said),
  );
  return said.length < 3 || parts.length > 1 ? undefined : parts[0];
}

function wanted(schema: z.ZodType): string {
  const inner = unwrapped(schema);
  const words = wordsOf(inner);
  if (words.length > 0) return `${inner instanceof z.ZodArray ? "any" : "one"} of ${words.join(", ")}`;
  if (inner instanceof z.ZodArray) return wantedList(inner);
  if (inner instanceof z.ZodNumber) return wantedNumber(inner);
  if (inner instanceof z.ZodBoolean) return "true or false";
  if (inner instanceof z.ZodRecord) return "an object";
  const most = inner instanceof z.ZodString ? inner.maxLength : null;
  return most === null ? "a text" : `a text of at most ${most} characters`;
}

function wantedList({ def }: z.ZodArray): string {
  const limits = (def.checks ?? []).map(({ _zod }) => _zod.def as { check: string; maximum?: number }); // of a length check
  const most = limits.find(({ check }) => check === "max_length")?.maximum;
  return most === undefined ? "a list of texts" : `a list of 1 to ${most} texts`;
}

function wantedNumber({ isInt, minValue, maxValue }: z.ZodNumber): string {
  const kind = isInt ? "a whole number" : "a number";
  const bounded = (value: number | null) =>
    value !== null && Number.isFinite(value) && Math.abs(value) < 2 ** 53 - 1;
  if (bounded(minValue) && bounded(maxValue)) return `${kind} from ${minValue} to ${maxValue}`;
  return bounded(minValue) ? `${kind} of at least ${minValue}` : kind;
}

function gotText(came: unknown, { code }: Issue): string {
  return code === "too_big" && typeof came === "string" ? `${came.length} of them` : shown(came);
}

/** What came: a short value as it is, of others only the kind. */
function shown(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

function valueAt(given: unknown, path: readonly PropertyKey[]): unknown {
  let value = given;
  for (const key of path) {
    // A path leads only through what can hold something; a text read as a list is shown whole.
    if (typeof value !== "object" || value === null) return value;
    value = (value as Record<PropertyKey, unknown>)[key]; // any key may be asked of it
  }
  return value;
}
