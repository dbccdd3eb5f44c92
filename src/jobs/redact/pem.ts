import type { Span } from "./spans.ts";
import { MARK } from "./spans.ts";

const BEGIN =
  /-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-\d|Private-Lines: \d+/g;
const END = /-----END (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----|Private-MAC: /g;
/** A body longer than this is none: a key of 16,384 bits takes 200 lines. */
const LONGEST_BODY = 16_000;
const BODY_LINE = /^[^\n]{0,80}?[A-Za-z0-9+/=]{16,}[^\nA-Za-z0-9+/=]{0,8}$/;
const SHORT_LINE = /^\s*[A-Za-z0-9+/=]{1,76}\s*$/;
const PREFIX = /^[\s>|+-]*/;

/**
 * The bodies of private keys, from BEGIN to END over several lines or in one with escaped line ends; where the
 * log was cut, the base64 lines after a lone BEGIN or before a lone END.
 */
export function pemSpans(text: string): Span[] {
  const ends = [...text.matchAll(END)].map((match) => match.index);
  const closed = new Set<number>();
  const spans: Span[] = [];
  let endAt = 0;
  let done = 0;
  for (const match of text.matchAll(BEGIN)) {
    const start = match.index + match[0].length;
    if (start < done) continue;
    while (endAt < ends.length && (ends[endAt] ?? 0) < start) endAt += 1;
    const end = ends[endAt];
    const whole = end !== undefined && end - start <= LONGEST_BODY;
    done = whole ? end : endOfBody(text, start);
    if (whole) closed.add(end);
    spans.push(...bodySpans(text, start, done));
  }
  return [...spans, ...ends.flatMap((end) => (closed.has(end) ? [] : headlessBody(text, end)))];
}

function endOfBody(text: string, start: number): number {
  let at = start;
  const inLine = /[^\s"'<]*/y;
  inLine.lastIndex = start;
  at += inLine.exec(text)?.[0].length ?? 0;
  for (;;) {
    const next = lineAfter(text, at);
    if (next === undefined || !BODY_LINE.test(text.slice(next.start, Math.min(next.end, next.start + 400))))
      return at;
    at = next.end;
  }
}

function lineAfter(text: string, at: number): { start: number; end: number } | undefined {
  const newline = text.indexOf("\n", at);
  if (newline < 0) return undefined;
  const end = text.indexOf("\n", newline + 1);
  return { start: newline + 1, end: end < 0 ? text.length : end };
}

/** The lines before an END whose BEGIN was cut off. Only the last of them may be short. */
function headlessBody(text: string, end: number): Span[] {
  const lastEnd = text.lastIndexOf("\n", end);
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
  const spans: Span[] = [];
  let at = start;
  while (at < end) {
    const newline = text.indexOf("\n", at);
    const lineEnd = newline < 0 || newline > end ? end : newline;
    const line = text.slice(at, lineEnd);
    const from = at + (PREFIX.exec(line)?.[0].length ?? 0);
    const to = at + line.trimEnd().length;
    if (to > from && text.slice(from, to) !== MARK)
      spans.push({ start: from, end: to, continues: spans.length > 0 });
    at = lineEnd + 1;
  }
  return spans;
}
