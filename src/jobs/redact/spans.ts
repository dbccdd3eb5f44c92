/** What stands where a secret stood. Never taken for a secret itself, so that redacting twice changes nothing. */
export const MARK = "[redacted]";

/** A stretch of text to hide, end exclusive. `continues` marks the further lines of a secret of several. */
export interface Span {
  start: number;
  end: number;
  continues?: boolean;
}

/** A pattern of whose match a group is the secret. To say where groups stand takes longer than most matches. */
export interface Surrounded {
  quick: RegExp;
  /** With the flag `d`, for where the secret stands twice in a match. */
  exact: RegExp;
}

export function surrounded(exact: RegExp): Surrounded {
  return { quick: new RegExp(exact.source, exact.flags.replace("d", "")), exact };
}

/** Where `find` finds a secret: the first of its groups that took part, or all that it found. */
export function spansOf(
  text: string,
  find: RegExp | Surrounded,
  isSecret: (value: string) => boolean = () => true,
): Span[] {
  const spans: Span[] = [];
  const quick = quickOf(find);
  quick.lastIndex = 0;
  for (let match = quick.exec(text); match !== null; match = quick.exec(text)) {
    const value = secretOf(match);
    if (!isSecret(value)) continue;
    const start = startOf(text, match, find);
    spans.push({ start, end: start + value.length });
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
    for (const span of find(text.slice(at, lineEnd), at)) {
      span.start += at;
      span.end += at;
      spans.push(span);
    }
    hint.lastIndex = lineEnd + 1;
  }
  return spans;
}

/**
 * What `find` (with the flag `y`) finds at some places of a text, in their order and never within another find.
 * Adds the places where that is no secret to `missed`.
 */
export function spansAt(
  text: string,
  places: readonly number[],
  { find, isSecret }: { find: RegExp | Surrounded; isSecret: (value: string) => boolean },
  missed?: number[],
): Span[] {
  const spans: Span[] = [];
  const quick = quickOf(find);
  let done = 0;
  for (const place of places) {
    quick.lastIndex = place;
    const match = place < done ? null : quick.exec(text);
    if (match !== null) done = place + match[0].length;
    const value = match === null ? "" : secretOf(match);
    if (match === null || !isSecret(value)) {
      missed?.push(place);
      continue;
    }
    const start = startOf(text, match, find);
    spans.push({ start, end: start + value.length });
  }
  return spans;
}

function quickOf(find: RegExp | Surrounded): RegExp {
  return find instanceof RegExp ? find : find.quick;
}

function secretOf(match: RegExpExecArray): string {
  return match[groupOf(match)] ?? "";
}

function groupOf(match: RegExpExecArray): number {
  let group = 1;
  while (group < match.length && match[group] === undefined) group += 1;
  return group === match.length ? 0 : group;
}

function startOf(text: string, match: RegExpExecArray, find: RegExp | Surrounded): number {
  const group = groupOf(match);
  if (group === 0 || find instanceof RegExp) return match.index;
  const [whole] = match;
  const value = match[group] ?? "";
  const first = whole.indexOf(value);
  if (first === whole.lastIndexOf(value)) return match.index + first;
  find.exact.lastIndex = match.index;
  return find.exact.exec(text)?.indices?.[group]?.[0] ?? match.index + first;
}

/** All spans of several lists, which may be long: flattening takes each of them by itself. */
export function joined(lists: readonly Span[][]): Span[] {
  const none: Span[] = [];
  return none.concat(...lists);
}

/** Whether `sign` stands before `at`, with a few blanks between at most. */
export function isBehind(text: string, at: number, sign: string): boolean {
  for (let place = at - 1; place >= Math.max(0, at - 4); place -= 1) {
    const last = text.charAt(place);
    if (sign.includes(last)) return true;
    if (last !== " " && last !== "\t") return false;
  }
  return false;
}

/** A text whose secrets are hidden. */
export interface Hidden {
  text: string;
  /** How many secrets that were; of a part, those in it. */
  hidden: number;
  /** Where the part now stands, with the marks of secrets that reach into it. */
  part?: Span | undefined;
}

/** Hides the spans, overlapping ones as one, keeping every line end. Of a `part` it says where it has come to stand. */
export function hideSpans(
  text: string,
  spans: readonly Span[],
  { part, mark = MARK }: { part?: Span | undefined; mark?: string } = {},
): Hidden {
  const parts: Span[] = [];
  for (const span of spans) addLines(parts, text, span);
  const merged = merge(parts);
  let out = "";
  let at = 0;
  let hidden = 0;
  const moved = part && { ...part };
  for (const { start, end, continues } of merged) {
    if (end - start === mark.length && text.startsWith(mark, start)) continue;
    out += text.slice(at, start);
    const place = { start: out.length, end: out.length + mark.length };
    const isSeen = part === undefined || moved === undefined || move(moved, part, { start, end, place });
    out += mark;
    at = end;
    if (isSeen && (!continues || (hidden === 0 && part !== undefined))) hidden += 1;
  }
  return { text: out + text.slice(at), hidden, part: moved };
}

/** Moves a part as a mark takes the place of a span, and says whether the span is seen in it. */
function move(moved: Span, part: Span, { start, end, place }: Span & { place: Span }): boolean {
  if (end <= part.start) moved.start = part.start - end + place.end;
  else if (start < part.start) moved.start = place.start;
  if (end <= part.end) moved.end = part.end - end + place.end;
  else if (start < part.end) moved.end = place.end;
  return end > part.start && start < part.end;
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

/** Adds one span a line; the indentation of further lines stays. */
function addLines(parts: Span[], text: string, span: Span): void {
  const { start, end } = span;
  if (end <= start) return;
  const secret = text.slice(start, end);
  if (!secret.includes("\n")) {
    parts.push(span);
    return;
  }
  let lineStart = start;
  let continues = span.continues === true;
  for (const part of secret.split("\n")) {
    const from = lineStart + (lineStart === start ? 0 : part.length - part.trimStart().length);
    const to = lineStart + part.length;
    if (to > from) {
      parts.push({ start: from, end: to, continues });
      continues = true;
    }
    lineStart = to + 1;
  }
}
