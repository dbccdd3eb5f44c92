import { assignedSpans } from "./assignments.ts";
import { codeSpans } from "./codes.ts";
import { commandSpans, urlSpans } from "./commands.ts";
import { bearerSpans } from "./headers.ts";
import { knownSecrets } from "./known-secrets.ts";
import { pemSpans } from "./pem.ts";
import { shapeSpans } from "./shapes.ts";
import { hideSpans } from "./spans.ts";

const MOST_ROUNDS = 8;

/** A text without its secrets, and how many there were. */
interface Redacted {
  text: string;
  hidden: number;
}

/** What came before a text and still matters. */
interface Before {
  /** The text goes on inside a private key that began before it. */
  insideKey?: boolean;
}

/** Hides secrets in one text. Keeps the number of lines; redacting twice changes nothing. */
export type Redact = (text: string, before?: Before) => Redacted;

/**
 * Makes a function that hides secrets: first the exact `known` values (and their base64 and URL forms), then
 * what its form gives away (keys of well-known issuers, private keys, JWTs, password hashes), then values in
 * telling places (credentials of URLs and headers, cookies, options of commands, names that sound secret).
 * Plain words, numbers, hashes, ids and metrics stay. Own rules: secretlint and its like read files by
 * configuration, and their rules find far fewer forms. Time grows with the text, whatever it holds.
 */
export function makeRedactor(known: Iterable<string> = []): Redact {
  const findKnown = knownSecrets(known);
  const once = (text: string, { insideKey = false }: Before = {}) =>
    hideSpans(text, [
      ...findKnown(text),
      ...pemSpans(text, insideKey),
      ...shapeSpans(text),
      ...urlSpans(text),
      ...bearerSpans(text),
      ...commandSpans(text),
      ...assignedSpans(text),
      ...codeSpans(text),
    ]);
  return (text, before) => untilNothingChanges(text, (now) => once(now, before));
}

/** What was hidden can uncover a place that its surroundings had covered; a few rounds always suffice. */
function untilNothingChanges(text: string, once: Redact): Redacted {
  let result = once(text);
  if (result.hidden === 0) return result;
  for (let round = 1; round < MOST_ROUNDS; round += 1) {
    const next = once(result.text);
    if (next.text === result.text) break;
    result = { text: next.text, hidden: result.hidden + next.hidden };
  }
  return result;
}
