import { byteLength, formatBytes, joinKept, keepHeadAndTail } from "./budget.ts";
import { fenceOutput } from "./fence.ts";
import { foldTerminal, joinLines, type LogLine, readableLog } from "./log-text.ts";
import type { Redact } from "./redact/redact.ts";
import { MARK } from "./redact/spans.ts";

/** Lines as a terminal shows them, with secrets hidden. */
export function cleanLines(printed: readonly LogLine[], redact: Redact): LogLine[] {
  const shown = foldTerminal(printed);
  // As one text, since some secrets span lines.
  const texts = redact(shown.map(({ text }) => text).join("\n")).text.split("\n");
  return shown.map(({ time }, index) => ({
    text: texts[index] ?? "",
    ...(time === undefined ? {} : { time }),
  }));
}

/** A part of a log ready to be shown within some budget. */
export interface LogBody {
  lines: string[];
  /** UTF-8 bytes of all of it. */
  bytes: number;
  /** How many secrets are hidden in it. */
  hidden: number;
}

/** Makes clean lines short: repeats collapsed, long lines clamped, each behind its time if wanted. */
export function logBody(
  clean: readonly LogLine[],
  { timestamps, keepRepeats = false }: { timestamps: boolean; keepRepeats?: boolean },
): LogBody {
  const { lines } = keepRepeats ? { lines: clean } : readableLog(clean);
  const texts = lines.map((line) => joinLines([line], { timestamps }));
  const hidden = texts.reduce((sum, text) => sum + text.split(MARK).length - 1, 0);
  return { lines: texts, bytes: byteLength(texts.join("\n")), hidden };
}

/** The body within `maxBytes`, head and tail kept, as text and fenced. */
export function showBody(body: LogBody, { maxBytes, what }: { maxBytes: number; what: string }) {
  const kept = keepHeadAndTail(body.lines, { maxBytes });
  const text = joinKept(kept);
  return { text, fenced: fenceOutput(text, what), omittedLines: kept.omittedLines };
}

/** `read 1,215 lines, 56.1 kB`. */
export function readText({ linesRead, bytesRead }: { linesRead: number; bytesRead: number }): string {
  return `read ${linesRead.toLocaleString("en-US")} lines, ${formatBytes(bytesRead)}`;
}
