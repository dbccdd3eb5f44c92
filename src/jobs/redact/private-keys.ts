import { MARK, type Span } from "./spans.ts";

const BEGIN =
  /-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-\d|Private-Lines: \d+/g;
const END = /-----END (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----|Private-MAC: /g;
/** No key has a longer body: a key of 16,384 bits takes 200 lines. */
const LONGEST_BODY = 16_000;
const BODY_LINE = /^[^\n]{0,80}?[A-Za-z0-9+/=]{16,}(?:\\[nr])*[^\nA-Za-z0-9+/=]{0,8}$/;
const SHORT_LINE = /^\s*[A-Za-z0-9+/=]{1,76}\s*$/;
const CHECKSUM = /^\s*=[A-Za-z0-9+/]{4}\s*$/;
/** Between BEGIN and the base64 of encrypted, PGP and PuTTY keys. */
const KEY_HEADER =
  /^\s*(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset|MessageID|Encryption|Key-Derivation|Argon2-\w+|Public-Lines|Private-Lines): /;
const PREFIX = /^[\s>|+-]*/;
const ONLY_PREFIX = /^[\s>|+-]*$/;

/** Inside a private key: how many characters have come since it began. */
export type InKey = number;

/** Lines of another kind between those of a key: its headers, or what another process printed meanwhile. */
const MOST_BETWEEN = 8;
const BASE64 = /[A-Za-z0-9+/=]/;
/** From how many characters of base64 on a line looks like a part of a key: nothing but those, or many kinds of them. */
const SHORTEST_PURE = 16;
const SHORTEST_MIXED = 40;

/**
 * The bodies of private keys, from BEGIN to END over several lines or in one with escaped line ends; where the
 * log was cut, the base64 lines after a lone BEGIN or before a lone END. `insideKey` says that the text goes on
 * with a body whose BEGIN came before.
 */
export function keySpans(text: string, insideKey = false): Span[] {
  if (!insideKey && text.search(BEGIN) === -1 && text.search(END) === -1) return [];
  const ends = [...text.matchAll(END)].map((match) => match.index);
  const closed = new Set<number>();
  const spans: Span[] = [];
  let done = 0;
  for (const { start, end } of bodies(text, { ends, insideKey })) {
    if (start < done) continue;
    done = end ?? endOfBody(text, start);
    if (end !== undefined) closed.add(end);
    spans.push(...bodySpans(text, start, done));
  }
  const headless = outermostOfLines(
    text,
    ends.filter((end) => !closed.has(end)),
  );
  return [...spans, ...headless.flatMap(({ end, lineStart }) => headlessBody(text, end, lineStart))];
}

/** Of the ends on each line the first and the last, between which the bodies of the others lie. */
function outermostOfLines(text: string, ends: readonly number[]): { end: number; lineStart: number }[] {
  const outermost: { end: number; lineStart: number }[] = [];
  let at = 0;
  let lineStart = 0;
  for (const end of ends) {
    const newline = text.slice(at, end).lastIndexOf("\n");
    if (newline >= 0) lineStart = at + newline + 1;
    at = end;
    if (outermost.at(-2)?.lineStart === lineStart) outermost.pop();
    outermost.push({ end, lineStart });
  }
  return outermost;
}

/** Where each body starts and, where its END is not too far, ends. */
function bodies(text: string, { ends, insideKey }: { ends: number[]; insideKey: boolean }) {
  const behind = Array.from(text.matchAll(BEGIN), (match) => match.index + match[0].length);
  const begins = insideKey ? [0, ...behind] : behind;
  let endAt = 0;
  return begins.map((start, index) => {
    while (endAt < ends.length && (ends[endAt] ?? 0) < start) endAt += 1;
    const limit = start === 0 ? (begins[index + 1] ?? LONGEST_BODY) : start + LONGEST_BODY;
    const end = ends[endAt];
    return end === undefined || end > limit ? { start } : { start, end };
  });
}

function endOfBody(text: string, start: number): number {
  // A body of one line has its line ends escaped.
  let at = start === 0 ? -1 : start + text.slice(start).search(/[\s"'<]|$/);
  let previous = start === 0 ? "full" : "begin";
  for (;;) {
    const next = lineAfter(text, at);
    if (next === undefined) return Math.max(0, at);
    const kind = kindOf(text.slice(next.start, Math.min(next.end, next.start + 400)), previous);
    if (kind === undefined) return Math.max(0, at);
    at = next.end;
    previous = kind;
  }
}

/** What a line of a body is; only its last one is short, a checksum aside. */
function kindOf(line: string, previous: string): string | undefined {
  if (BODY_LINE.test(line) || line.trim() === MARK) return "full";
  if (line.trim() === "" || KEY_HEADER.test(line)) return previous;
  if (CHECKSUM.test(line)) return "short";
  return previous === "full" && SHORT_LINE.test(line) && line.trim().length % 4 === 0 ? "short" : undefined;
}

function lineAfter(text: string, at: number): { start: number; end: number } | undefined {
  const newline = at < 0 ? -1 : text.indexOf("\n", at);
  if (newline < 0 && at >= 0) return undefined;
  const end = text.indexOf("\n", newline + 1);
  return { start: newline + 1, end: end < 0 ? text.length : end };
}

/** The lines before an END whose BEGIN was cut off. Only the last of them may be short. */
function headlessBody(text: string, end: number, endLine: number): Span[] {
  const lastEnd = endLine - 1;
  let start = lastEnd;
  while (start > 0 && end - start < LONGEST_BODY) {
    const lineStart = text.lastIndexOf("\n", start - 1) + 1;
    const line = text.slice(lineStart, Math.min(start, lineStart + 400));
    if (!(BODY_LINE.test(line) || (start === lastEnd && SHORT_LINE.test(line)))) break;
    start = lineStart - 1;
  }
  return start === lastEnd ? [] : bodySpans(text, start + 1, end);
}

/** One span a line, leaving indentation; together they count as one secret. */
function bodySpans(text: string, start: number, end: number): Span[] {
  let at = start;
  const lines = text
    .slice(start, end)
    .split("\n")
    .map((line) => {
      const span = { start: at + (PREFIX.exec(line)?.[0].length ?? 0), end: at + line.trimEnd().length };
      at += line.length + 1;
      return span;
    });
  return lines
    .filter((span) => span.end > span.start && text.slice(span.start, span.end) !== MARK)
    .map((span, index) => ({ ...span, continues: index > 0 }));
}

/** Hides the body of a private key line by line, so that a text may begin or be cut inside one. */
export class KeyGuard {
  #inKey: InKey | undefined;
  #between = 0;
  #wasBody = false;

  constructor(inKey?: InKey) {
    this.#inKey = inKey;
  }

  /** Where the next line stands. */
  get inKey(): InKey | undefined {
    return this.#inKey;
  }

  /** The line as it may be shown. */
  line(text: string): string {
    const [begin, end] = [lastIndex(text, BEGIN), lastIndex(text, END)];
    if (begin >= 0 || end >= 0) {
      this.#enter(begin > end ? text.length - begin : undefined);
      return text;
    }
    return this.#inKey === undefined ? text : this.#inside(text, this.#inKey);
  }

  #inside(text: string, before: InKey): string {
    const isHidden = text.includes(MARK);
    const isBody = isHidden || BODY_LINE.test(text) || (this.#wasBody && SHORT_LINE.test(text));
    this.#between = isBody ? 0 : this.#between + 1;
    this.#wasBody = isBody;
    const inKey = before + text.length + 1;
    this.#inKey = inKey > LONGEST_BODY || this.#between > MOST_BETWEEN ? undefined : inKey;
    return isBody && !isHidden ? (PREFIX.exec(text)?.[0] ?? "") + MARK : text;
  }

  #enter(inKey: InKey | undefined): void {
    this.#inKey = inKey;
    this.#between = 0;
    this.#wasBody = inKey !== undefined;
  }
}

/** Where the line after these stands. */
export function keyAfter(texts: Iterable<string>, inKey?: InKey): InKey | undefined {
  const guard = new KeyGuard(inKey);
  for (const text of texts) guard.line(text);
  return guard.inKey;
}

/** Whether lines may begin inside a key: something like its body comes before any beginning of one. */
export function mayBeginInKey(texts: readonly string[]): boolean {
  for (const text of texts) {
    if (lastIndex(text, BEGIN) >= 0) return false;
    if (looksLikeBody(text)) return true;
  }
  return false;
}

/** Looks at what a line ends with. Without a pattern for that: one would try each place of a long line as its beginning. */
function looksLikeBody(text: string): boolean {
  const line = text.trimEnd();
  let start = line.length;
  while (start > 0 && BASE64.test(line.charAt(start - 1))) start -= 1;
  const run = line.slice(start);
  if (run.length >= SHORTEST_PURE && ONLY_PREFIX.test(line.slice(0, start))) return true;
  return run.length >= SHORTEST_MIXED && [/[A-Z]/, /[a-z]/, /\d/].every((kind) => kind.test(run));
}

/** Whether a key may begin or end in a text. */
export function mayHoldKey(text: string): boolean {
  return /-----|P(?:rivate|uTTY)-/.test(text);
}

function lastIndex(text: string, pattern: RegExp): number {
  if (!mayHoldKey(text)) return -1;
  return [...text.matchAll(pattern)].at(-1)?.index ?? -1;
}
