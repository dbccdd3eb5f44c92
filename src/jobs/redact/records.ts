import type { AssignedValue } from "./assigned-value.ts";

const ENV_HEAD = /^(?:export |declare -x )?$/;
const ENV_LINE = /^(?:export |declare -x )?[A-Za-z_]\w*=/;
const YAML_HEAD = /^[ \t]*(?:- )?["']?$/;
const YAML_LINE = /^[ \t]*(?:- )?["']?[A-Za-z_][\w.-]*["']?:(?:\s|$)/;
const LONGEST_HEAD = 120;
const LONGEST_LINE = 500;
const BLOCK = /^[|>][-+]?\d?$/;

/**
 * A value that goes to the end of its line: unquoted with blanks in an environment dump or in YAML, which is
 * told from a sentence by a line of the same form beside it; and a YAML block, which goes on below.
 */
export function restOfRecord(
  text: string,
  name: { start: number; end: number },
  value: AssignedValue,
): AssignedValue | undefined {
  const head = lineHead(text, name.start);
  if (head === undefined) return undefined;
  const lineStart = name.start - head.length;
  const lineEnd = endOfLine(text, value.end);
  const yaml = YAML_HEAD.test(head) && /^["']?:/.test(text.slice(name.end, name.end + 2));
  if (yaml && BLOCK.test(text.slice(value.start, lineEnd).trim()))
    return block(text, head.search(/\S|$/), lineEnd);
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
function lineHead(text: string, at: number): string | undefined {
  const before = text.slice(Math.max(0, at - LONGEST_HEAD), at);
  const newline = before.lastIndexOf("\n");
  return newline < 0 && at > LONGEST_HEAD ? undefined : before.slice(newline + 1);
}

/** Looks no further than a record goes: a text of one long line must not be searched for every name in it. */
function endOfLine(text: string, at: number): number {
  const newline = text.slice(at, at + LONGEST_LINE + 1).indexOf("\n");
  return newline < 0 ? Math.min(text.length, at + LONGEST_LINE + 1) : at + newline;
}
