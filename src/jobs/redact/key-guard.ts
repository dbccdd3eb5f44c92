import type { Redact } from "./index.ts";
import { BEGIN, BODY_LINE, END, LONGEST_BODY, PREFIX, SHORT_LINE } from "./pem.ts";
import { MARK } from "./spans.ts";

/** Inside a private key: how many characters have come since it began. */
export type InKey = number;

/** Lines of another kind between those of a key: its headers, or what another process printed meanwhile. */
const MOST_BETWEEN = 8;
/** A line that looks like nothing but a part of a key. */
const PURE = /^[\s>|+-]*[A-Za-z0-9+/=]{16,}\s*$/;
const MIXED = /(?=\S*[A-Z])(?=\S*[a-z])(?=\S*\d)[A-Za-z0-9+/=]{40,}\s*$/;

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

/** Hides the secrets of a text that may begin inside a key, or end there. Keeps the number of lines. */
export function redactFrom(redact: Redact, text: string, inKey?: InKey): { text: string; hidden: number } {
  const redacted = redact(text, { insideKey: inKey !== undefined });
  const guard = new KeyGuard(inKey);
  const lines = redacted.text.split("\n");
  const shown = lines.map((line) => guard.line(line));
  const isMore = shown.some((line, index) => line !== lines[index]);
  return { text: shown.join("\n"), hidden: redacted.hidden + (isMore ? 1 : 0) };
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
    if (PURE.test(text) || MIXED.test(text)) return true;
  }
  return false;
}

function lastIndex(text: string, pattern: RegExp): number {
  if (!/-----|P(?:rivate|uTTY)-/.test(text)) return -1;
  return [...text.matchAll(pattern)].at(-1)?.index ?? -1;
}
