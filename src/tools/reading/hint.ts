import { z } from "zod";

/** How an argument is read and explained, beyond what its published schema says. */
export interface Hint {
  /** A value that passes, for a refusal. */
  example?: unknown;
  /** It belongs to the example of a call, though it may be left out. */
  usual?: true;
  /** Its blanks count. */
  verbatim?: true;
  /** An empty text is a value of its own. */
  mayBeEmpty?: true;
  /** A bare number counts seconds; a number may be given with its unit. */
  seconds?: true;
  /** A list is the words of a command, to be quoted. */
  words?: true;
  /** A list whose one text must be a single word: several would be taken for the name of a program. */
  program?: true;
  /** A regular expression of what stands between the items of a list in one text, where no item can hold it. */
  between?: string;
  /** The same for what may stand between items, or in one: a text with it is refused. */
  doubt?: string;
  /** Empty is refused, not taken as absent: without it, a call would change more than was meant. */
  narrows?: true;
  /** Other ways to write the words of an enum. */
  spellings?: Readonly<Record<string, string>>;
  /** What it names is all that the call acts on, whatever narrows otherwise. */
  names?: true;
}

/** What languages write for a value that is not set. */
export const UNSET = /^(?:null|none|undefined)$/i;

// The library's own place for what a schema does not publish; written only while the catalogue is built.
const hints = z.registry<Hint>();

/** A schema like it, with a hint; it keeps the hints it had. */
export function hinted<T extends z.ZodType>(schema: T, hint: Hint): T {
  const own = schema.clone();
  hints.add(own, hint);
  return own;
}

/** The hints of a schema and of all that it wraps. */
export function hintOf(schema: z.ZodType): Hint {
  const inner = innerOf(schema);
  return { ...(inner === undefined ? {} : hintOf(inner)), ...hints.get(schema) };
}

/** What stands within `optional` and `default`, before a transformation. */
export function unwrapped(schema: z.ZodType): z.ZodType {
  const inner = innerOf(schema);
  return inner === undefined ? schema : unwrapped(inner);
}

function innerOf(schema: z.ZodType): z.ZodType | undefined {
  // The library's core types are its classic ones here.
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return schema.unwrap() as z.ZodType;
  return schema instanceof z.ZodPipe ? (schema.in as z.ZodType) : undefined;
}

/** The words of an enum, or of a list of such. */
export function wordsOf(schema: z.ZodType): string[] {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodEnum) return inner.options.map(String);
  return inner instanceof z.ZodArray ? wordsOf(inner.element as z.ZodType) : []; // zod's core types are its classic ones here
}

export function isOptional(schema: z.ZodType): boolean {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault;
}
