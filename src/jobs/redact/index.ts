import { withoutCodes } from "../../foreign.ts";
import { assignedSpans } from "./assignments.ts";
import { commandSpans } from "./commands.ts";
import { knownSecrets } from "./known.ts";
import { type InKey, KeyGuard, keySpans, mayHoldKey } from "./private-keys.ts";
import { ruleSpans } from "./rules.ts";
import { type Hidden, hideSpans, joined, MARK, type Span } from "./spans.ts";

const MOST_ROUNDS = 8;

/** What else is known of a text. */
interface Context {
  /** The text goes on inside a private key that began before it. */
  insideKey?: boolean;
  /** The part of the text that is shown; all of it, if absent. */
  part?: Span | undefined;
}

/** Hides secrets in one text, and drops a terminal's codes. Keeps the number of lines; redacting twice changes nothing. */
export type Redact = (text: string, context?: Context) => Hidden;

/**
 * Makes a function that hides secrets: first the exact `known` values (in any of their forms), then
 * what its form gives away (keys of well-known issuers, private keys, JWTs, password hashes), then values in
 * telling places (credentials of URLs and headers, cookies, options of commands, names that sound secret).
 * Plain words, numbers, hashes, ids and metrics stay. Own rules: secretlint and its like read files by
 * configuration, and their rules find far fewer forms. Time grows with the text, whatever it holds.
 */
export function makeRedactor(known: Iterable<string> = []): Redact {
  const findKnown = knownSecrets(known);
  const once = (text: string, { insideKey = false, part }: Context = {}) => {
    const found = [findKnown(text), keySpans(text, insideKey), ruleSpans(text), commandSpans(text)];
    return hideSpans(text, joined([...found, assignedSpans(text)]), { part });
  };
  return (text, context) => untilNothingChanges(withoutCodes(text), once, context);
}

/** Hides the secrets of a text that may begin inside a key, or end there. Keeps the number of lines. */
export function redactFrom(redact: Redact, text: string, inKey?: InKey, part?: Span): Hidden {
  const redacted = redact(text, { insideKey: inKey !== undefined, part });
  if (inKey === undefined && !mayHoldKey(redacted.text)) return redacted;
  const guarded = hideSpans(redacted.text, guardedSpans(redacted.text, inKey), { part: redacted.part });
  return { ...guarded, hidden: redacted.hidden + guarded.hidden };
}

/** A text without a terminal's codes, and what stands around it. */
interface Surroundings {
  before?: string;
  after?: string;
  /** Where `before` begins. */
  inKey?: InKey | undefined;
}

/** Hides the secrets of a part of a text as they are hidden when all of it is read. */
export function redactPart(
  redact: Redact,
  text: string,
  { before = "", after = "", inKey }: Surroundings,
): Pick<Hidden, "text" | "hidden"> {
  const place = { start: before.length, end: before.length + text.length };
  const { text: whole, hidden, part = place } = redactFrom(redact, before + text + after, inKey, place);
  return { text: whole.slice(part.start, part.end), hidden };
}

/** The lines of keys that begin before the text, or end behind it; together they count as one secret. */
function guardedSpans(text: string, inKey?: InKey): Span[] {
  const guard = new KeyGuard(inKey);
  const spans: Span[] = [];
  let at = 0;
  for (const line of text.split("\n")) {
    const shown = guard.line(line);
    const start = at + shown.length - MARK.length;
    if (shown !== line) spans.push({ start, end: at + line.length, continues: spans.length > 0 });
    at += line.length + 1;
  }
  return spans;
}

/** Hiding one secret can uncover another that it stood beside; a few rounds always suffice. */
function untilNothingChanges(text: string, once: Redact, context: Context = {}): Hidden {
  let result = once(text, context);
  for (let round = 1; round < MOST_ROUNDS && result.text !== text; round += 1) {
    const next = once(result.text, { ...context, part: result.part });
    if (next.text === result.text) break;
    result = { ...next, hidden: result.hidden + next.hidden };
  }
  return result;
}
