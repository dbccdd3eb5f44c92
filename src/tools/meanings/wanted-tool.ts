import { mistypedNames } from "../../jobs/names/near.ts";
import { IMPOSSIBLE, type Impossible } from "./impossible.ts";
import { FILLERS, TOOL_WORDS, VERBS } from "./tools.ts";

interface Known {
  name: string;
  effects: { readOnlyHint: boolean };
}

/** What is meant by a name that no tool has. By its spelling alone, no tool that changes something is meant. */
export function wantedTool(
  name: string,
  tools: readonly Known[],
): { impossible: Impossible } | { tool: string; isSpelling: boolean } | undefined {
  const words = wordsOf(name);
  const joined = words.join("_");
  const has = (tool: string | undefined) => tools.some((known) => known.name === tool);
  const impossible = IMPOSSIBLE.find(({ tool }) => asksFor(tool, joined));
  if (impossible !== undefined) return { impossible };
  const meant = byWords(words, has);
  if (meant !== undefined) return { tool: meant, isSpelling: false };
  const [near] = mistypedNames(
    name,
    tools.map((known) => known.name),
  );
  const isSafe = tools.some((known) => known.name === near && known.effects.readOnlyHint);
  return near !== undefined && isSafe ? { tool: near, isSpelling: true } : undefined;
}

/** `remove` does not ask to `move`. */
function asksFor(tool: RegExp, joined: string): boolean {
  return joined !== "" && new RegExp(`(?:^|_)(?:un|auto)?(?:${tool.source})`).test(joined);
}

/** `apolo-getJobLogs` is `get`, `logs`. */
function wordsOf(name: string): string[] {
  return name
    .slice(0, 100)
    .replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`)
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "" && !FILLERS.has(word));
}

/** The one tool that all words lead to; a verb gives way to what it is done to. */
function byWords(words: readonly string[], has: (tool: string) => boolean): string | undefined {
  const toolOf = (word: string) =>
    Object.keys(TOOL_WORDS).find((tool) => has(tool) && TOOL_WORDS[tool]?.split(" ").includes(word));
  const whole = toolOf(words.join("_"));
  if (whole !== undefined) return whole;
  const isKnown = words.every((word) => VERBS.has(word) || toolOf(word) !== undefined);
  if (!isKnown) return undefined;
  const nouns = words.filter((word) => !VERBS.has(word));
  const meant = new Set((nouns.length > 0 ? nouns : words).map(toolOf));
  const [only] = meant;
  return meant.size === 1 ? only : undefined;
}
