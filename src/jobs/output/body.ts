import { MARK } from "../redact/spans.ts";
import { isGarbled } from "./binary.ts";
import { byteLength, joinKept, keepHead, keepHeadAndTail } from "./budget.ts";
import { fenceOutput } from "./fence.ts";
import { fitLine, type LogLine, MAX_LINE_CHARS } from "./lines.ts";
import type { Run } from "./pen.ts";
import { collapseRepeats } from "./repeats.ts";

/** A line of a text about a log: `from` is its place among the lines printed, absent for what was not printed. */
export interface BodyLine extends LogLine {
  from?: number;
  /** Where in the text stands what it is shown for. */
  hit?: number | undefined;
}

/** A part of a log ready to be shown within some budget. */
export interface LogBody {
  lines: string[];
  /** Of each line, its place among the lines printed. */
  places: (number | undefined)[];
  /** Of each line, where it has colours. */
  runs: (readonly Run[] | undefined)[];
  /** UTF-8 bytes of all of it. */
  bytes: number;
  /** How many secrets are hidden in it. */
  hidden: number;
}

/**
 * Makes clean lines short: repeats collapsed, long lines clamped, each behind its time if wanted, and behind its
 * number where that of the first line printed is given.
 */
export function logBody(
  clean: readonly BodyLine[],
  { timestamps, firstLine }: { timestamps: boolean; firstLine?: number | undefined },
): LogBody {
  const short = collapseRepeats(clean.map(withoutData));
  const texts = short.map(({ hit, ...line }) => {
    const text = fitLine(line, { maxChars: MAX_LINE_CHARS, hit });
    const number = firstLine === undefined || line.from === undefined ? "" : `${firstLine + line.from}: `;
    return timestamps && line.time !== undefined
      ? `${number}${shortTime(line.time)} ${text}`
      : `${number}${text}`;
  });
  const hidden = texts.reduce((sum, text) => sum + text.split(MARK).length - 1, 0);
  return {
    lines: texts,
    places: short.map(({ from }) => from),
    runs: short.map((line, index) => runsIn(texts[index] ?? "", line)),
    bytes: byteLength(texts.join("\n")),
    hidden,
  };
}

/** Behind the time and the number; none where the line was made short. */
function runsIn(shown: string, { text, runs }: BodyLine): Run[] | undefined {
  const before = shown.length - text.length;
  if (runs === undefined || !shown.endsWith(text)) return undefined;
  return runs.map((run) => ({ ...run, from: run.from + before, to: run.to + before }));
}

/** A line of data that is no text, named instead: repeats of it fold into one. */
function withoutData(line: BodyLine): BodyLine {
  return isGarbled(line.text)
    ? { ...line, text: "[binary data, not shown]", hit: undefined, runs: undefined }
    : line;
}

/** In UTC to the second. */
function shortTime(time: string): string {
  return time.replace(/(:\d\d)\.\d+/, "$1").replace(/\+00:00$/, "Z");
}

/**
 * The body within `maxBytes`, head and tail kept or the head alone, as text and fenced; `gap` is the part of `lines`
 * left out.
 */
export function showBody(
  body: LogBody,
  { maxBytes, what, isHead = false }: { maxBytes: number; what: string; isHead?: boolean },
) {
  const kept = isHead ? keepHead(body.lines, maxBytes) : keepHeadAndTail(body.lines, maxBytes);
  const text = isHead ? kept.head.join("\n") : joinKept(kept);
  return {
    text,
    fenced: fenceOutput(text, what),
    omittedLines: kept.omittedLines,
    gap: { from: kept.head.length, to: body.lines.length - kept.tail.length },
  };
}
