import { showOnTerminal } from "./terminal.ts";

/** One printed line: its text, and the time the platform gave it. */
export interface LogLine {
  text: string;
  /** ISO-8601. */
  time?: string | undefined;
  /** Characters of a very long line that were not kept. */
  cut?: { at: number; characters: number };
}

/** A line made readable, and the index of the printed line that wrote it last. */
export interface PlacedLine extends LogLine {
  from: number;
}

/** Longest line shown, in characters. */
export const MAX_LINE_CHARS = 2000;

/** Printed lines as a terminal would show them, each with the time of the print that wrote it last. */
export function foldTerminal(printed: readonly LogLine[]): LogLine[] {
  return placeOnTerminal(printed).map(({ text, time }) => withTime(text, time));
}

/** The same, each with its place among the printed lines. */
export function placeOnTerminal(printed: readonly LogLine[]): PlacedLine[] {
  return showOnTerminal(printed.map((line) => line.text)).map(({ text, from }) => ({
    ...withTime(text, printed[from]?.time),
    from,
  }));
}

/** Cuts the end of a line longer than `maxChars`, saying how many characters are missing. */
export function clampLine(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const kept = text.slice(0, maxChars).replace(/[\ud800-\udbff]$/, "");
  return `${kept} … (${(text.length - kept.length).toLocaleString("en-US")} more characters)`;
}

/** `… (1,215 characters left out) …`: the words for a gap in a line. */
export function leftOut(characters: number): string {
  return `… (${characters.toLocaleString("en-US")} characters left out) …`;
}

const LEFT_OUT = /… \(([\d,]+) characters left out\) …/g;

/**
 * Makes a line longer than `maxChars` short: what stands around `hit` (an index in it) is kept, or else head and
 * tail, with the number of characters left out on either side or between.
 */
export function fitLine(text: string, maxChars: number, hit?: number): string {
  if (text.length <= maxChars) return text;
  if (hit === undefined || hit < 0) {
    const half = Math.floor(maxChars / 2);
    return `${text.slice(0, edge(text, half))} ${gap(text, half, text.length - half)} ${text.slice(edge(text, text.length - half))}`;
  }
  const from = Math.max(0, Math.min(hit - Math.floor(maxChars / 4), text.length - maxChars));
  const to = Math.min(text.length, from + maxChars);
  const before = from === 0 ? "" : `${gap(text, 0, from)} `;
  const after = to === text.length ? "" : ` ${gap(text, to, text.length)}`;
  return before + text.slice(edge(text, from), edge(text, to)) + after;
}

/** The words for a part of a line that is not shown, what the reader had left out of it included. */
function gap(text: string, from: number, to: number): string {
  const part = text.slice(edge(text, from), edge(text, to));
  const missing = [...part.matchAll(LEFT_OUT)];
  const unread = missing.reduce(
    (sum, [note, count = ""]) => sum + Number(count.replaceAll(",", "")) - note.length,
    0,
  );
  return leftOut(part.length + unread);
}

/** `at`, or one further so that no character is torn. */
function edge(text: string, at: number): number {
  return /[\udc00-\udfff]/.test(text.charAt(at)) ? at + 1 : at;
}

/** Lines as text, each behind its time in UTC to the second when `timestamps` is set. */
export function joinLines(
  lines: readonly LogLine[],
  { timestamps = false }: { timestamps?: boolean } = {},
): string {
  return lines
    .map(({ text, time }) => (timestamps && time !== undefined ? `${shortTime(time)} ${text}` : text))
    .join("\n");
}

function shortTime(time: string): string {
  return time.replace(/(:\d\d)\.\d+/, "$1").replace(/\+00:00$/, "Z");
}

function withTime(text: string, time: string | undefined): LogLine {
  return time === undefined ? { text } : { text, time };
}
