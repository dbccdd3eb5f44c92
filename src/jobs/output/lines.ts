import { type Redact, redactFrom } from "../redact/index.ts";
import type { InKey } from "../redact/private-keys.ts";
import { type End, endsOf, untorn } from "./gap.ts";
import type { Run } from "./pen.ts";
import { showOnTerminal } from "./terminal.ts";

/** A line of a log: its text, and the time the platform gave it. */
export interface LogLine {
  text: string;
  /** ISO-8601. */
  time?: string | undefined;
  /** Characters of a very long line that were not kept, and where they are missing. */
  cut?: { at: number; characters: number } | undefined;
  /** Where it has colours. */
  runs?: readonly Run[] | undefined;
}

/** A line made readable, and the index of the printed line that wrote it last. A note stands where it is cut. */
export interface PlacedLine extends LogLine {
  from: number;
}

/** Longest line shown, in characters. */
export const MAX_LINE_CHARS = 2000;

/** What stands before the lines, and how they are shown. */
interface Before {
  /** The first line stands inside a private key. */
  inKey?: InKey | undefined;
  /** The lines before the first one, which may name what is secret in it. They are not shown. */
  lead?: readonly LogLine[] | undefined;
  /** Colours are told of lines alone in which nothing is hidden. */
  colors?: boolean | undefined;
}

/**
 * Lines made readable in the only safe order: first as a terminal shows them (colour codes inside a secret would
 * hide its shape), then secrets hidden (a cut secret has no shape either); `logBody` makes them short.
 */
export function cleanLines(
  printed: readonly LogLine[],
  redact: Redact,
  { inKey, lead = [], colors }: Before = {},
): PlacedLine[] {
  const ends = [...lead, ...printed].flatMap((line, index) => endsOf(line, index - lead.length));
  const shown = showOnTerminal(
    ends.map(({ text }) => text),
    { colors },
  );
  const isLed = lead.length > 0;
  const texts = redactLines(
    shown.map(({ text }) => text),
    redact,
    isLed ? undefined : inKey,
  );
  const rows: PlacedLine[] = [];
  for (const [index, { text: before, from, runs }] of shown.entries()) {
    const end = ends[from];
    if (end !== undefined && end.from >= 0)
      addEnd(rows, { text: texts[index] ?? "", before, runs, time: printed[end.from]?.time }, end);
  }
  return isLed && inKey !== undefined ? withoutKey(rows, redact, inKey) : rows;
}

interface Shown extends Pick<LogLine, "text" | "time" | "runs"> {
  /** With its secrets. */
  before: string;
}

/** Adds a line; of a long one either end, and a note where the other one is or would be. */
function addEnd(rows: PlacedLine[], { text, before, runs, time }: Shown, end: End): void {
  const { from, side } = end;
  if (side === undefined) {
    rows.push({ text, time, from, cut: undefined, ...(text === before && runs !== undefined && { runs }) });
    return;
  }
  const { text: kept, leftOut: characters } = untorn(text, end);
  if (side === "head") {
    const cut = { at: kept.length, characters };
    rows.push({ text: kept + leftOut(characters), time, from, cut });
    return;
  }
  const head = rows.at(-1)?.from === from ? rows.pop() : undefined;
  const start = head?.text.slice(0, head.cut?.at) ?? "";
  const cut = { at: start.length, characters: characters + (head?.cut?.characters ?? 0) };
  rows.push({ text: start + leftOut(cut.characters) + kept, time, from, cut });
}

/** As one text, since some secrets span lines. */
function redactLines(texts: readonly string[], redact: Redact, inKey: InKey | undefined): string[] {
  return redactFrom(redact, texts.join("\n"), inKey).text.split("\n");
}

/** The key may have begun before the lead. */
function withoutKey(rows: readonly PlacedLine[], redact: Redact, inKey: InKey): PlacedLine[] {
  const texts = redactLines(
    rows.map(({ text }) => text),
    redact,
    inKey,
  );
  return rows.map(({ runs, ...row }, index) => {
    const text = texts[index] ?? "";
    return { ...row, text, ...(text === row.text && runs !== undefined ? { runs } : {}) };
  });
}

/** The line with a note where characters of it are missing. */
export function withNote({ text, cut }: LogLine): string {
  return cut === undefined ? text : text.slice(0, cut.at) + leftOut(cut.characters) + text.slice(cut.at);
}

/** Cuts the end of a line longer than `maxChars`, saying how many characters are missing. */
export function clampLine(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const kept = text.slice(0, maxChars).replace(/[\ud800-\udbff]$/, "");
  return `${kept} … (${(text.length - kept.length).toLocaleString("en-US")} more characters)`;
}

/**
 * Makes a line longer than `maxChars` short: keeps what stands around `hit` (an index in it), or else head and
 * tail, with the number of characters left out on either side or between.
 */
export function fitLine(
  { text, cut }: LogLine,
  { maxChars, hit = -1 }: { maxChars: number; hit?: number | undefined },
): string {
  if (text.length <= maxChars) return text;
  const part = (from: number, to: number) => text.slice(edge(text, from), edge(text, to));
  const gap = (from: number, to: number) => {
    const note = cut === undefined || cut.at < from ? "" : leftOut(cut.characters);
    const unread =
      cut === undefined || note === "" || cut.at + note.length > to ? 0 : cut.characters - note.length;
    return leftOut(part(from, to).length + unread);
  };
  if (hit < 0) {
    const half = Math.floor(maxChars / 2);
    return `${text.slice(0, edge(text, half))} ${gap(half, text.length - half)} ${part(text.length - half, text.length)}`;
  }
  const from = Math.max(0, Math.min(hit - Math.floor(maxChars / 4), text.length - maxChars));
  const to = Math.min(text.length, from + maxChars);
  const before = from === 0 ? "" : `${gap(0, from)} `;
  const after = to === text.length ? "" : ` ${gap(to, text.length)}`;
  return before + part(from, to) + after;
}

/** `… (1,215 characters left out) …`: what stands for a gap in a line. */
function leftOut(characters: number): string {
  return `… (${characters.toLocaleString("en-US")} characters left out) …`;
}

/** `at`, or one further so that no character is torn. */
function edge(text: string, at: number): number {
  return /[\udc00-\udfff]/.test(text.charAt(at)) ? at + 1 : at;
}
