import { collapseRepeats } from "./repeats.ts";
import { showOnTerminal } from "./terminal.ts";

/** One printed line: its text, and the time the platform gave it. */
export interface LogLine {
  text: string;
  /** ISO-8601. */
  time?: string | undefined;
}

/** A line made readable, and the index of the printed line that wrote it last. */
export interface PlacedLine extends LogLine {
  from: number;
}

/** How to make a log readable. */
export interface ReadableOptions {
  /** Hides secrets in whole text; keeps the number of lines. See `makeRedactor`. */
  redact?: (text: string) => { text: string; hidden: number };
  /** Longest line shown, in characters. */
  maxLineChars?: number;
  /** Whether runs of progress lines that differ in numbers only become one. */
  collapseProgress?: boolean;
}

/** A log made readable. */
export interface ReadableLog {
  lines: LogLine[];
  /** How many secrets were hidden. */
  hidden: number;
}

/** Longest line shown, in characters. */
export const MAX_LINE_CHARS = 2000;

/**
 * Makes printed lines readable, in the only safe order: first as a terminal shows them (colour codes inside a
 * secret would hide its shape), then secrets hidden (a cut secret has no shape either), then repeats collapsed,
 * last long lines clamped with the number of characters cut. Each line keeps the time it was last written.
 */
export function readableLog(
  printed: readonly LogLine[],
  { redact, maxLineChars = MAX_LINE_CHARS, collapseProgress = true }: ReadableOptions = {},
): ReadableLog {
  const shown = foldTerminal(printed);
  const { lines, hidden } = redact === undefined ? { lines: shown, hidden: 0 } : redactLines(shown, redact);
  const collapsed = collapseRepeats(lines, { progress: collapseProgress });
  return { lines: collapsed.map((line) => ({ ...line, text: clampLine(line.text, maxLineChars) })), hidden };
}

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

function redactLines(lines: readonly LogLine[], redact: NonNullable<ReadableOptions["redact"]>): ReadableLog {
  const { text, hidden } = redact(lines.map((line) => line.text).join("\n"));
  const texts = text.split("\n");
  return { lines: lines.map(({ time }, index) => withTime(texts[index] ?? "", time)), hidden };
}

function withTime(text: string, time: string | undefined): LogLine {
  return time === undefined ? { text } : { text, time };
}
