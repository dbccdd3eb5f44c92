import type { z } from "zod";
import { durationSeconds } from "../../jobs/time/durations.ts";
import { ADVICE, type Advice } from "../meanings/advice/index.ts";
import { ALIASES, type Alias, type Kind } from "../meanings/aliases.ts";
import { IMPOSSIBLE, type Impossible } from "../meanings/impossible.ts";
import { withoutAddresses } from "./addresses.ts";
import { plainName } from "./names.ts";

type Args = Record<string, unknown>;

interface Of {
  name: string;
  input: z.ZodObject;
}

/** The arguments under the names that the tool has for them, where another word means the same without doubt. */
export function byMeaning(tool: Of, given: Args): Args {
  const taken = new Set(Object.keys(given).map((key) => homeOf(tool.input, key) ?? key));
  const entries = Object.entries(given).map(([key, value]): [string, unknown] => {
    const isOwn = homeOf(tool.input, key) !== undefined;
    const alias = isOwn ? undefined : aliasesOf(tool, key).find(({ takes }) => FITS[takes](value));
    const home = alias && homeOf(tool.input, alias.to);
    if (alias === undefined || home === undefined || taken.has(home)) return [key, value];
    taken.add(home);
    return [alias.to, value];
  });
  return Object.fromEntries(
    entries.map(([key, value]) => [key, isOfJobs(tool.input, key) ? withRefs(value) : value]),
  );
}

/** What an unknown argument is a word for. */
export function meaningOf(
  tool: Of,
  key: string,
): { impossible: Impossible } | { advice: Advice } | { to: string } | undefined {
  const own = homeOf(tool.input, key);
  if (own !== undefined) return { to: own };
  const word = plainName(key);
  const isMeant = ({ words, of }: { words: string; of: readonly string[] }) =>
    of.includes(tool.name) && includesWord(words, word);
  const advice = ADVICE.find(isMeant);
  if (advice !== undefined) return { advice };
  const impossible = IMPOSSIBLE.find(({ argument }) => argument !== undefined && isMeant(argument));
  if (impossible !== undefined) return { impossible };
  const to = homeOf(tool.input, aliasesOf(tool, key)[0]?.to ?? "");
  return to === undefined ? undefined : { to };
}

export function includesWord(words: string, word: string): boolean {
  return word !== "" && words.split(" ").includes(word);
}

function aliasesOf({ name, input }: Of, key: string): Alias[] {
  const word = plainName(key);
  return ALIASES.filter(
    ({ to, words, of }) =>
      includesWord(words, word) && (of?.includes(name) ?? true) && homeOf(input, to) !== undefined,
  );
}

/** The argument that a spelling of its own name stands for. */
function homeOf({ shape }: z.ZodObject, key: string): string | undefined {
  if (Object.hasOwn(shape, key)) return key;
  const word = plainName(key);
  return [word, `${word}s`, word.replace(/(?<!s)s$/, "")].find((name) => Object.hasOwn(shape, name));
}

function isOfJobs(input: z.ZodObject, key: string): boolean {
  return ["job", "jobs"].includes(homeOf(input, key) ?? "");
}

function withRefs(value: unknown): unknown {
  if (typeof value === "string") return withoutAddresses(value);
  return Array.isArray(value) ? value.map(withRefs) : value;
}

const FITS: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  whole: isWhole,
  seconds: (value) =>
    isWhole(value) ||
    (typeof value === "string" && durationSeconds(value.trim().toLowerCase()) !== undefined),
  number: (value) => isWhole(value) || typeof value === "number",
  moment: (value) => isText(value) && !isWhole(value),
  text: isText,
  texts: (value) => isText(value) || (Array.isArray(value) && value.length > 0 && value.every(isText)),
  flag: (value) => typeof value === "boolean" || value === "true" || value === "false",
  any: (value) => value !== null && value !== "",
};

function isWhole(value: unknown): boolean {
  return Number.isInteger(value) || (typeof value === "string" && /^\s*\d{1,9}\s*$/.test(value));
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value.trim() !== "";
}
