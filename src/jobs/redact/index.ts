import { withoutCodes } from "../../foreign.ts";
import { assignedSpans } from "./assignments.ts";
import { commandSpans } from "./commands.ts";
import { type InKey, KeyGuard, keySpans, mayHoldKey } from "./private-keys.ts";
import { ruleSpans } from "./rules.ts";
import { hideSpans, joined, type Span, spansOf } from "./spans.ts";

const MOST_ROUNDS = 8;
/** Shorter values are words and numbers of any log: hiding them would give them away. */
const SHORTEST = 6;
/** From this length on, one line of a longer secret is looked for by itself. */
const SHORTEST_PART = 16;

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

/** Hides secrets in one text, and drops a terminal's codes. Keeps the number of lines; redacting twice changes nothing. */
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
  const once = (text: string, { insideKey = false }: Before = {}) => {
    const found = [findKnown(text), keySpans(text, insideKey), ruleSpans(text), commandSpans(text)];
    return hideSpans(text, joined([...found, assignedSpans(text)]));
  };
  return (text, before) => untilNothingChanges(withoutCodes(text), (now) => once(now, before));
}

/** Hides the secrets of a text that may begin inside a key, or end there. Keeps the number of lines. */
export function redactFrom(redact: Redact, text: string, inKey?: InKey): Redacted {
  const redacted = redact(text, { insideKey: inKey !== undefined });
  if (inKey === undefined && !mayHoldKey(redacted.text)) return redacted;
  const guard = new KeyGuard(inKey);
  const lines = redacted.text.split("\n");
  const shown = lines.map((line) => guard.line(line));
  const isMore = shown.some((line, index) => line !== lines[index]);
  return { text: shown.join("\n"), hidden: redacted.hidden + (isMore ? 1 : 0) };
}

/** Hiding one secret can uncover another that it stood beside; a few rounds always suffice. */
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

/**
 * Finds exact values wherever they stand, also percent-encoded, escaped as in JSON, in base64, and line by line
 * where a value has several. Values under six characters are not looked for.
 */
function knownSecrets(values: Iterable<string>): (text: string) => Span[] {
  const forms = new Set([...values].filter((value) => value.trim().length >= SHORTEST).flatMap(formsOf));
  if (forms.size === 0) return () => [];
  const longestFirst = [...forms].sort((a, b) => b.length - a.length).map(escapePattern);
  const pattern = new RegExp(longestFirst.join("|"), "g");
  return (text) => spansOf(text, pattern);
}

function formsOf(value: string): string[] {
  const trimmed = value.trim();
  const parts = trimmed.split(/\r?\n/).filter((line) => line.length >= SHORTEST_PART);
  return [
    trimmed,
    encodeURIComponent(trimmed),
    JSON.stringify(trimmed).slice(1, -1),
    ...base64Forms(trimmed),
    ...parts,
  ];
}

/** Base64 of the value alone; of short values it would be a common run of letters. */
function base64Forms(value: string): string[] {
  if (value.length < 8) return [];
  return [Buffer.from(value).toString("base64").replace(/=+$/, ""), Buffer.from(value).toString("base64url")];
}

function escapePattern(value: string): string {
  return value.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
