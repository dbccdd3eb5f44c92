import type { Span } from "./spans.ts";

/** A value found behind a name: where it stands, and whether quotes or the form bound it. */
export interface AssignedValue extends Span {
  quoted: boolean;
}

const OPENING =
  /[ \t]*(?:\[[ \t]*(?=\\*["'`]))?(?:(?:Some|Just|Ok|String|str|bytes|Secret|SecretStr)\()?(?:[bBrRuUfF]{1,2}(?=["'])|\$(?='))?(\\*["'`]|&quot;|&#34;|&#39;)?/y;
const UNQUOTED = /[^\s"'`\\]{1,256}/y;
const REST = /[^\s"'`\\&,;]*/y;
/** Where an unquoted value ends before the blank: at the next pair of a list, a query or a connection string. */
const NEXT_PAIR = /[&;,](?=[A-Za-z_][\w.-]{0,60}[=:])|;(?=$|\s)|,(?=$|\s)|&amp;|%26|\\u0026|\\n/;
/** Further than this no closing quote is looked for, so that many openings without end cost little. */
const LONGEST_QUOTED = 8192;
/** A sentence does not have more closing brackets than this. */
const MOST_CLOSERS = 8;

/**
 * The value that begins at `at`: the inside of quotes (escaped ones too), or up to the blank, the next pair or
 * a closing bracket. `query` ends it at `&` and `#` as well.
 */
export function valueAt(text: string, at: number, { query }: { query: boolean }): AssignedValue | undefined {
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
  UNQUOTED.lastIndex = start;
  const run = UNQUOTED.exec(text)?.[0] ?? "";
  const pair = NEXT_PAIR.exec(run);
  const cut = pair === null ? run : run.slice(0, pair.index);
  const inQuery = query ? cut.replace(/[&#].*$/, "") : cut;
  const value = withoutClosers(inQuery);
  return value === "" ? undefined : { start, end: start + value.length, quoted: false };
}

/** Where a value that was longer than this reads at once really ends. */
export function endOfValue(text: string, { start, end, quoted }: AssignedValue): number {
  if (quoted || end - start < 240) return end;
  REST.lastIndex = end;
  return end + (REST.exec(text)?.[0].length ?? 0);
}

/** Without the sentence's or list's own ends: `abc123).` is `abc123`, while `a(b)` keeps its pair. */
function withoutClosers(value: string): string {
  let end = value.length;
  while (end > 0 && value.length - end < MOST_CLOSERS && ".,;:)]}>".includes(value.charAt(end - 1))) {
    if (isPaired(value.slice(0, end))) break;
    end -= 1;
  }
  return value.slice(0, end);
}

const PAIRS: Record<string, string> = { ")": "(", "]": "[", "}": "{", ">": "<" };

function isPaired(value: string): boolean {
  const opener = PAIRS[value.charAt(value.length - 1)];
  return opener !== undefined && value.includes(opener);
}
