import { visible } from "../foreign.ts";
import { knownSecrets } from "../jobs/redact/known.ts";
import { looksLikeToken } from "../jobs/redact/secret-values.ts";
import { hideSpans } from "../jobs/redact/spans.ts";

const HIDDEN = "[hidden]";
/** Shorter values would hide ordinary words. */
const SHORTEST = 8;
/** Anything shorter that is spelled like a name could be one. */
const SHORTEST_NAMELIKE = 16;
/** No name of several words is this long. */
const SHORTEST_PHRASE = 20;
const NAMELIKE = /^[a-z0-9][a-z0-9._:/-]*$/;

/**
 * Makes the last defence for everything that leaves. It hides the login's tokens, and secrets of the server's own
 * environment that cannot be mistaken for an id, a name or a URI; it shows invisible characters.
 */
export function makeScrub(
  known: readonly string[],
  login: () => readonly string[],
): (text: string) => string {
  const patterns = known.flatMap(patternOf);
  const tokens = findTokens(login);
  const hide = (text: string) => {
    const scrubbed = patterns.reduce((now, pattern) => now.replace(pattern, HIDDEN), text);
    return hideSpans(scrubbed, tokens()(scrubbed), { mark: HIDDEN }).text;
  };
  return (text) => {
    const hidden = hide(text);
    const shown = visible(hidden);
    // What a code of a terminal stood in is whole only now.
    return shown === hidden ? shown : hide(shown);
  };
}

/** Finds the tokens in any of their forms. They change as a login is renewed. */
function findTokens(login: () => readonly string[]) {
  let last: readonly string[] = [];
  let find = knownSecrets(last);
  return () => {
    const now = login().filter(({ length }) => length >= SHORTEST);
    if (now.length !== last.length || now.some((token, index) => token !== last[index])) {
      find = knownSecrets(now);
      last = now;
    }
    return find;
  };
}

function patternOf(value: string): RegExp[] {
  const exact = value.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  if (looksLikeToken(value, NAMELIKE.test(value) ? SHORTEST_NAMELIKE : SHORTEST))
    return [new RegExp(`(?<!job-)${exact}`, "g")];
  if (value.length < SHORTEST_PHRASE) return [];
  return [new RegExp(`(?<![\\w-])${exact}(?![\\w-])`, "g")];
}
