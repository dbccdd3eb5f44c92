import { type Redact, redactFrom } from "../redact/index.ts";
import type { InKey } from "../redact/private-keys.ts";
import { MARK } from "../redact/spans.ts";
import { byteLength, formatBytes, joinKept, keepHeadAndTail } from "./budget.ts";
import { fenceOutput } from "./fence.ts";
import {
  fitLine,
  joinLines,
  type LogLine,
  leftOut,
  MAX_LINE_CHARS,
  type PlacedLine,
  placeOnTerminal,
} from "./log-text.ts";
import { collapseRepeats } from "./repeats.ts";

/**
 * Lines made readable in the only safe order: first as a terminal shows them (colour codes inside a secret would
 * hide its shape), then secrets hidden (a cut secret has no shape either); `logBody` makes them short. The first
 * line may stand inside a private key.
 */
export function cleanLines(printed: readonly LogLine[], redact: Redact, inKey?: InKey): PlacedLine[] {
  const shown = placeOnTerminal(printed.map(withGap));
  // As one text, since some secrets span lines.
  const texts = redactFrom(redact, shown.map(({ text }) => text).join("\n"), inKey).text.split("\n");
  return shown.map((line, index) => ({ ...line, text: texts[index] ?? "" }));
}

/** Says where characters of a very long line were not kept. */
function withGap(line: LogLine): LogLine {
  const { text, cut } = line;
  if (cut === undefined) return line;
  return { ...line, text: `${text.slice(0, cut.at)}${leftOut(cut.characters)}${text.slice(cut.at)}` };
}

/** A line of a text about a log: `from` is its place among the lines printed, absent for what was not printed. */
export interface BodyLine extends LogLine {
  from?: number;
  /** Where in the text stands what it is shown for. */
  hit?: number;
}

/** A part of a log ready to be shown within some budget. */
export interface LogBody {
  lines: string[];
  /** Of each line, its place among the lines printed. */
  places: (number | undefined)[];
  /** UTF-8 bytes of all of it. */
  bytes: number;
  /** How many secrets are hidden in it. */
  hidden: number;
}

/** Makes clean lines short: repeats collapsed, long lines clamped, each behind its time if wanted. */
export function logBody(clean: readonly BodyLine[], { timestamps }: { timestamps: boolean }): LogBody {
  const short = collapseRepeats(clean, { progress: true });
  const texts = short.map(({ text, hit, ...line }) =>
    joinLines([{ ...line, text: fitLine(text, MAX_LINE_CHARS, hit) }], { timestamps }),
  );
  const hidden = texts.reduce((sum, text) => sum + text.split(MARK).length - 1, 0);
  return { lines: texts, places: short.map(({ from }) => from), bytes: byteLength(texts.join("\n")), hidden };
}

/** The body within `maxBytes`, head and tail kept, as text and fenced; `gap` is the part of `lines` left out. */
export function showBody(body: LogBody, { maxBytes, what }: { maxBytes: number; what: string }) {
  const kept = keepHeadAndTail(body.lines, { maxBytes });
  const text = joinKept(kept);
  return {
    text,
    fenced: fenceOutput(text, what),
    omittedLines: kept.omittedLines,
    gap: { from: kept.head.length, to: body.lines.length - kept.tail.length },
  };
}

/** `read 1,215 lines, 56.1 kB`. */
export function readText({ linesRead, bytesRead }: { linesRead: number; bytesRead: number }): string {
  return `read ${linesRead.toLocaleString("en-US")} lines, ${formatBytes(bytesRead)}`;
}
