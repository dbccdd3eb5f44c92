import type { JobDescription, LogTail } from "../client/index.ts";
import { formatBytes, joinKept, keepHeadAndTail } from "./budget.ts";
import { fenceOutput } from "./fence.ts";
import { joinLines, type LogLine, type ReadableOptions, readableLog } from "./log-text.ts";

/** How many lines a tail shows unless asked otherwise. */
export const TAIL_LINES = 200;
/** How large one job's tail may become unless asked otherwise, in UTF-8 bytes with everything around it. */
export const TAIL_BYTES = 16_000;

/** Set aside for the sentences around the lines. */
const FRAME_BYTES = 1000;

/** How to show a tail. */
export interface TailView extends ReadableOptions {
  maxBytes?: number;
  /** Puts each line's time, UTC, in front of it. */
  timestamps?: boolean;
}

/** A tail as text, and the facts the text states. */
export interface RenderedTail {
  /** One sentence on what this is, the fenced lines, one sentence on what was hidden. Never empty. */
  text: string;
  /** The same lines, readable and redacted, before the budget cut them. */
  lines: LogLine[];
  hidden: number;
  omittedLines: number;
  omittedBytes: number;
}

/**
 * Renders the end of one job's log, the one form that the log tool and the log resource share: lines oldest
 * first, made readable, redacted, fenced as data, within `maxBytes`, saying what is missing.
 */
export function renderTail(
  job: JobDescription,
  tail: LogTail,
  { maxBytes = TAIL_BYTES, timestamps = false, ...readable }: TailView = {},
): RenderedTail {
  const { lines, hidden } = readableLog(tail.lines, readable);
  const texts = lines.map((line) => joinLines([line], { timestamps }));
  const kept = keepHeadAndTail(texts, { maxBytes: Math.max(FRAME_BYTES, maxBytes - FRAME_BYTES) });
  const { omittedLines, omittedBytes } = kept;
  const name = job.name ?? job.id;
  const body = lines.length === 0 ? [] : [fenceOutput(joinKept(kept), `log of ${name}`)];
  const text = [heading(job, tail), ...body, ...(hidden === 0 ? [] : [hiddenNote(hidden)])].join("\n");
  return { text, lines, hidden, omittedLines, omittedBytes };
}

/** `2 secrets hidden.` */
export function hiddenNote(hidden: number): string {
  return `${hidden} ${hidden === 1 ? "secret" : "secrets"} hidden.`;
}

function heading(job: JobDescription, { lines, linesRead, bytesRead, reachedStart }: LogTail): string {
  const { id, name, status, history } = job;
  const who = `${name === undefined ? id : `${name} (${id})`}, ${status}${reason(history.reason)}`;
  if (lines.length === 0) {
    const why = status === "pending" ? "it has not run yet" : "nothing was printed in this window";
    return `${who}: no log lines, ${why}.`;
  }
  const counted = `${lines.length} ${lines.length === 1 ? "line" : "lines"}`;
  const what = reachedStart ? `the whole log, ${counted}` : `the last ${counted}, earlier ones exist`;
  return `${who}: ${what}; read ${linesRead} lines, ${formatBytes(bytesRead)}.`;
}

function reason(text: string | undefined): string {
  return text === undefined ? "" : ` (${text})`;
}
