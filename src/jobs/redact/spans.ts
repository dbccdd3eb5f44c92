/** What stands where a secret stood. Never taken for a secret itself, so that redacting twice changes nothing. */
export const MARK = "[redacted]";

/** A stretch of text to hide, end exclusive. `continues` marks the further lines of a secret of several. */
export interface Span {
  start: number;
  end: number;
  continues?: boolean;
}

/** Where `find` finds a secret: the first of its groups that took part (with the flag `d`), or all that it found. */
export function spansOf(
  text: string,
  find: RegExp,
  isSecret: (value: string) => boolean = () => true,
): Span[] {
  const spans: Span[] = [];
  find.lastIndex = 0;
  for (let match = find.exec(text); match !== null; match = find.exec(text)) {
    const { value, start, end } = secretOf(match);
    if (isSecret(value)) spans.push({ start, end });
  }
  return spans;
}

/** What `find` finds on the lines where `hint` (with the flag `g`) finds something; each line is looked at alone. */
export function spansOnLines(text: string, hint: RegExp, find: (line: string, at: number) => Span[]): Span[] {
  const spans: Span[] = [];
  hint.lastIndex = 0;
  for (let found = hint.exec(text); found !== null; found = hint.exec(text)) {
    const at = found.index === 0 ? 0 : text.lastIndexOf("\n", found.index - 1) + 1;
    const newline = text.indexOf("\n", found.index);
    const lineEnd = newline < 0 ? text.length : newline;
    for (const { start, end } of find(text.slice(at, lineEnd), at))
      spans.push({ start: at + start, end: at + end });
    hint.lastIndex = lineEnd + 1;
  }
  return spans;
}

/** What `find` (with the flag `y`) finds at some places of a text, in their order and never within another find. */
export function spansAt(
  text: string,
  places: readonly number[],
  { find, isSecret }: { find: RegExp; isSecret: (value: string) => boolean },
): Span[] {
  const spans: Span[] = [];
  let done = 0;
  for (const place of places) {
    find.lastIndex = place;
    const match = place < done ? null : find.exec(text);
    if (match === null) continue;
    done = place + match[0].length;
    const { value, start, end } = secretOf(match);
    if (isSecret(value)) spans.push({ start, end });
  }
  return spans;
}

function secretOf(match: RegExpExecArray): Span & { value: string } {
  let group = 1;
  while (group < match.length && match[group] === undefined) group += 1;
  if (group === match.length) group = 0;
  const value = match[group] ?? "";
  const start = match.indices?.[group]?.[0] ?? match.index;
  return { value, start, end: start + value.length };
}

/** Hides the spans, overlapping ones as one, keeping every line end. Says how many secrets that were. */
export function hideSpans(text: string, spans: readonly Span[]): { text: string; hidden: number } {
  const merged = merge(spans.flatMap((span) => byLine(text, span)));
  let out = "";
  let at = 0;
  let hidden = 0;
  for (const { start, end, continues } of merged) {
    if (text.slice(start, end) === MARK) continue;
    out += text.slice(at, start) + MARK;
    at = end;
    if (!continues) hidden += 1;
  }
  return { text: out + text.slice(at), hidden };
}

function merge(spans: Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of spans.sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = merged.at(-1);
    if (last === undefined || span.start >= last.end) merged.push(span);
    else {
      last.end = Math.max(last.end, span.end);
      last.continues = last.continues === true && span.continues === true;
    }
  }
  return merged;
}

/** One span a line; the indentation of further lines stays. */
function byLine(text: string, span: Span): Span | Span[] {
  const { start, end, continues } = span;
  const spans: Span[] = [];
  const secret = text.slice(start, end);
  if (!secret.includes("\n")) return end > start ? span : spans;
  let lineStart = start;
  for (const part of secret.split("\n")) {
    const from = lineStart + (lineStart === start ? 0 : part.length - part.trimStart().length);
    const to = lineStart + part.length;
    if (to > from) spans.push({ start: from, end: to, continues: continues === true || spans.length > 0 });
    lineStart = to + 1;
  }
  return spans;
}
