import { visible } from "../foreign.ts";
import { looksLikeToken } from "../jobs/redact/secret-values.ts";

const HIDDEN = "[hidden]";
/** Shorter values would hide ordinary words. */
const SHORTEST = 8;
/** Shorter ones could be names, when they are made like one. */
const SHORTEST_NAMELIKE = 16;
/** No name of several words is so long. */
const SHORTEST_PHRASE = 20;
const NAMELIKE = /^[a-z0-9][a-z0-9._:/-]*$/;

/**
 * Makes the last line of defence for all that leaves: the login's tokens, and secrets of the server's own
 * environment as far as no id, name or URI can be one of them; and characters that would not be seen.
 */
export function makeScrub(
  known: readonly string[],
  login: () => readonly string[],
): (text: string) => string {
  const patterns = known.flatMap(patternOf);
  return (text) => {
    const tokens = login().filter(({ length }) => length >= SHORTEST);
    const scrubbed = patterns.reduce((now, pattern) => now.replace(pattern, HIDDEN), text);
    return visible(tokens.reduce((now, token) => now.replaceAll(token, HIDDEN), scrubbed));
  };
}

function patternOf(value: string): RegExp[] {
  const exact = value.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  if (looksLikeToken(value, NAMELIKE.test(value) ? SHORTEST_NAMELIKE : SHORTEST))
    return [new RegExp(`(?<!job-)${exact}`, "g")];
  if (value.length < SHORTEST_PHRASE) return [];
  return [new RegExp(`(?<![\\w-])${exact}(?![\\w-])`, "g")];
}
