import { visible } from "../foreign.ts";
import { knownSecrets } from "../jobs/redact/known.ts";
import { looksLikeToken } from "../jobs/redact/secret-values.ts";
import { hideSpans, joined, type Span } from "../jobs/redact/spans.ts";

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
  const phrases = known.flatMap(phrasePattern);
  const findKnown = knownSecrets(known.filter(isTokenlike));
  const tokens = findTokens(login);
  const hide = (text: string) => {
    const scrubbed = phrases.reduce((now, pattern) => now.replace(pattern, HIDDEN), text);
    const own = findKnown(scrubbed).filter((span) => !isId(scrubbed, span));
    return hideSpans(scrubbed, joined([tokens()(scrubbed), own]), { mark: HIDDEN }).text;
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

function isTokenlike(value: string): boolean {
  return looksLikeToken(value, NAMELIKE.test(value) ? SHORTEST_NAMELIKE : SHORTEST);
}

/** What a secret is made of may be the id of a job, too. */
function isId(text: string, { start }: Span): boolean {
  return start >= 4 && text.startsWith("job-", start - 4);
}

function phrasePattern(value: string): RegExp[] {
  if (isTokenlike(value) || value.length < SHORTEST_PHRASE) return [];
  const exact = value.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  return [new RegExp(`(?<![\\w-])${exact}(?![\\w-])`, "g")];
}
