import type { Span } from "./spans.ts";
import { pointsElsewhere, tagAt } from "./yaml-tags.ts";

/** A value found behind a name: where it stands, and whether quotes or the form bound it. */
export interface AssignedValue extends Span {
  quoted: boolean;
  /** Behind a YAML tag, which no sentence has. */
  tagged?: boolean | undefined;
}

const OPENING =
  /[ \t]*(?:\[[ \t]*(?=\\*["'`]))?(?:(?:Some|Just|Ok|String|str|bytes|Secret|SecretStr)\()?(?:[bBrRuUfF]{1,2}(?=["'])|\$(?='))?(\\*["'`]|&quot;|&#34;|&#39;)?/y;
const MAY_OPEN = new Set(" \t[SJObBrRuUfFs$\\\"'`&");
/** The beginning of an unquoted value that cannot end within. */
const SURE = /[^\s"'`\\&;,%#]{0,256}/y;
const ENDS_HERE = /[&;,](?=[A-Za-z_][\w.-]{0,60}[=:])|[;,](?=[\s"'`\\]|$)|&amp;|%26/y;
const UNQUOTED = /[^\s"'`\\]{1,256}/y;
const REST = /[^\s"'`\\&,;]*/y;
/** Where an unquoted value ends before the blank: at the next pair of a list, a query or a connection string. */
const NEXT_PAIR = /[&;,](?=[A-Za-z_][\w.-]{0,60}[=:])|;(?=$|\s)|,(?=$|\s)|&amp;|%26/;
/** So far before the longest look every end is seen as a whole. */
const SURE_LENGTH = 190;
/** How far to look for a closing quote: text with many unclosed ones must not take long. */
const LONGEST_QUOTED = 8192;
/** No sentence ends with more closing brackets. */
const MOST_CLOSERS = 8;

const ENV_HEAD = /^(?:export |declare -x )?$/;
const ENV_LINE = /^(?:export |declare -x )?[A-Za-z_]\w*=/;
const YAML_HEAD = /^[ \t]*(?:- )?["']?$/;
const YAML_LINE = /^[ \t]*(?:- )?["']?[A-Za-z_][\w.-]*["']?:(?:\s|$)/;
const LONGEST_HEAD = 120;
const LONGEST_LINE = 500;
const LIST_ITEM = /[^\S\n]*\n[ \t]*-[ \t]+(?=\S)/y;
const MOST_ITEMS = 100;
const BLOCK = /^[|>][-+]?\d?$/;

/**
 * The value that begins at `at`: the inside of quotes (escaped ones too), or up to the blank, the next pair or
 * a closing bracket. `query` ends it at `&` and `#` as well. Behind a YAML tag it is what the tag stands for;
 * none if that names the value only.
 */
export function valueAt(text: string, at: number, form: { query: boolean }): AssignedValue | undefined {
  const tag = tagAt(text, at);
  const value =
    tag === undefined ? undefined : (flowList(text, tag.list ?? tag.end) ?? untagged(text, tag.end, form));
  if (tag === undefined || value === undefined) return untagged(text, at, form);
  if (pointsElsewhere(tag.name, text.slice(value.start, value.end))) return undefined;
  const start = tag.doubtful ? tag.start : value.start;
  return { start, end: value.end, quoted: value.quoted, tagged: true };
}

/** A list whose items are tagged, on the lines below its name: from the first value to the last. */
export function taggedList(text: string, at: number): AssignedValue | undefined {
  let list: AssignedValue | undefined;
  let from = at;
  for (let lines = 0; lines < MOST_ITEMS; lines += 1) {
    LIST_ITEM.lastIndex = from;
    if (!LIST_ITEM.test(text)) break;
    if (list === undefined && tagAt(text, LIST_ITEM.lastIndex) === undefined) break;
    const item = valueAt(text, LIST_ITEM.lastIndex, { query: false });
    if (item === undefined) break;
    list = { ...item, start: list?.start ?? item.start };
    from = endOfLine(text, item.end);
  }
  return list;
}

/** All of `[…]`, which goes on to its partner or to the end of its line. */
function flowList(text: string, start: number): AssignedValue | undefined {
  if (text[start] !== "[") return undefined;
  const end = endOfLine(text, start);
  let depth = 0;
  for (let at = start; at < end; at += 1) {
    if (text[at] === "[") depth += 1;
    if (text[at] === "]") depth -= 1;
    if (depth === 0) return { start, end: at + 1, quoted: true };
  }
  return { start, end, quoted: true };
}

function untagged(text: string, at: number, { query }: { query: boolean }): AssignedValue | undefined {
  if (!MAY_OPEN.has(text.charAt(at))) return bareValue(text, at, query);
  OPENING.lastIndex = at;
  const quote = OPENING.exec(text)?.[1];
  const start = Math.max(at, OPENING.lastIndex);
  if (quote !== undefined) return quotedValue(text, start, quote) ?? bareValue(text, start, query);
  return bareValue(text, start, query);
}

function quotedValue(text: string, start: number, quote: string): AssignedValue | undefined {
  const limit = Math.min(text.length, start + LONGEST_QUOTED);
  for (let at = start; at < limit && text[at] !== "\n"; at += 1) {
    if (text.startsWith(quote, at)) return { start, end: at, quoted: true };
    if (text[at] === "\\") at += 1;
  }
  return undefined;
}

function bareValue(text: string, start: number, query: boolean): AssignedValue | undefined {
  const end = withoutClosers(text, start, sureEnd(text, start, query) ?? endOfBare(text, start, query));
  return end === start ? undefined : { start, end, quoted: false };
}

/** Where an unquoted value ends, if that shows at the first character that may end it: most do. */
function sureEnd(text: string, start: number, query: boolean): number | undefined {
  SURE.lastIndex = start;
  SURE.test(text);
  const end = SURE.lastIndex;
  const next = text[end];
  if (next === undefined || !"&;,%#".includes(next)) return end;
  if (query && (next === "&" || next === "#")) return end;
  if (end - start > SURE_LENGTH) return undefined;
  ENDS_HERE.lastIndex = end;
  return ENDS_HERE.test(text) ? end : undefined;
}

function endOfBare(text: string, start: number, query: boolean): number {
  UNQUOTED.lastIndex = start;
  const run = UNQUOTED.exec(text)?.[0] ?? "";
  const pair = NEXT_PAIR.exec(run);
  const cut = pair === null ? run : run.slice(0, pair.index);
  const inQuery = query ? cut.search(/[&#]/) : -1;
  return start + (inQuery < 0 ? cut.length : inQuery);
}

/** Where a value ends that was too long to be read at once. */
export function endOfValue(text: string, { start, end, quoted }: AssignedValue): number {
  if (quoted || end - start < 240) return end;
  REST.lastIndex = end;
  return end + (REST.exec(text)?.[0].length ?? 0);
}

/** Without the sentence's or list's own ends: `abc123).` is `abc123`, while `a(b)` keeps its pair. */
function withoutClosers(text: string, start: number, end: number): number {
  let last = end;
  while (last > start && end - last < MOST_CLOSERS && ".,;:)]}>".includes(text.charAt(last - 1))) {
    const opener = PAIRS[text.charAt(last - 1)];
    if (opener !== undefined && text.slice(start, last).includes(opener)) break;
    last -= 1;
  }
  return last;
}

const PAIRS: Record<string, string> = { ")": "(", "]": "[", "}": "{", ">": "<" };

/**
 * A value that goes to the end of its line: unquoted with blanks in an environment dump or in YAML, which is
 * told from a sentence by a line of the same form beside it; and a YAML block, which goes on below.
 */
export function restOfRecord(
  text: string,
  name: { start: number; end: number },
  value: AssignedValue,
): AssignedValue | undefined {
  const hasColon = /^["']?:/.test(text.slice(name.end, name.end + 2));
  const head = recordHead(text, name.start, hasColon);
  if (head === undefined) return undefined;
  const lineStart = name.start - head.length;
  const lineEnd = endOfLine(text, value.end);
  const yaml = hasColon && YAML_HEAD.test(head);
  if (yaml && BLOCK.test(text.slice(value.start, lineEnd).trim()))
    return block(text, head.search(/[^\s-]|$/), lineEnd);
  if (value.end === lineEnd) return undefined;
  const form = yaml ? YAML_LINE : ENV_HEAD.test(head) ? ENV_LINE : undefined;
  if (form === undefined || lineEnd - value.start > LONGEST_LINE || !besides(text, lineStart, lineEnd, form))
    return undefined;
  const rest = text
    .slice(value.start, lineEnd)
    .replace(/\s+#.*$/, "")
    .trimEnd();
  if (/\s[\w.-]+[=:]/.test(rest)) return undefined;
  return { start: value.start, end: value.start + rest.length, quoted: false };
}

function beginsVariable(text: string, at: number): boolean {
  const before = text.charAt(at - 1);
  if (before !== " ") return before === "" || before === "\n";
  return text.endsWith("export ", at) || text.endsWith("declare -x ", at);
}

function besides(text: string, lineStart: number, lineEnd: number, form: RegExp): boolean {
  const before = text.slice(Math.max(0, lineStart - LONGEST_LINE), Math.max(0, lineStart - 1));
  const previous = before.slice(before.lastIndexOf("\n") + 1);
  return form.test(previous) || form.test(text.slice(lineEnd + 1, lineEnd + 200));
}

function block(text: string, indent: number, lineEnd: number): AssignedValue | undefined {
  let end = lineEnd;
  let start: number | undefined;
  for (;;) {
    const from = end + 1;
    const line = text.slice(from, endOfLine(text, from));
    const depth = line.search(/\S/);
    if (from > text.length || depth <= indent) break;
    start ??= from + depth;
    end = from + line.length;
  }
  return start === undefined ? undefined : { start, end, quoted: true };
}

/** What stands before a name on its line; nothing for a name far inside a line, which is no record. */
function recordHead(text: string, at: number, hasColon: boolean): string | undefined {
  if (!hasColon && !beginsVariable(text, at)) return undefined;
  const before = text.slice(Math.max(0, at - LONGEST_HEAD), at);
  const newline = before.lastIndexOf("\n");
  return newline < 0 && at > LONGEST_HEAD ? undefined : before.slice(newline + 1);
}

/** Looks no further than a record goes: a text of one long line must not be searched for every name in it. */
function endOfLine(text: string, at: number): number {
  const newline = text.slice(at, at + LONGEST_LINE + 1).indexOf("\n");
  return newline < 0 ? Math.min(text.length, at + LONGEST_LINE + 1) : at + newline;
}
