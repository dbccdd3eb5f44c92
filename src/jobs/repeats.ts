import type { LogLine } from "./log-text.ts";

/** Fewer than this many equal lines in a row are shown as they are. */
const FEWEST_REPEATS = 3;
/** What makes a line a progress line: a bar beside a percentage or a rate. Metrics alone do not. */
const BAR = /[█▉▊▋▌▍▎▏━╸╺▓▒░]|\d%\s*\||\[[=>#.\- ]{5,}\]|[=#]{5,}>/u;
const AMOUNT = /\d\s*%|\d\s*\/\s*\d|it\/s|s\/it|[kMG]i?B\/s/;
const VARYING = /[\d.,:█▉▊▋▌▍▎▏━╸╺▓▒░=>#\-? ]+/gu;

/**
 * Makes runs of equal lines one line and `… repeated 41 times`; with `progress`, runs of progress bars that
 * differ in their numbers only become the first, `… 38 similar progress lines`, and the last.
 */
export function collapseRepeats(lines: readonly LogLine[], { progress }: { progress: boolean }): LogLine[] {
  const out: LogLine[] = [];
  let at = 0;
  while (at < lines.length) {
    const equal = runLength(lines, at, (text) => text);
    const similar = equal < FEWEST_REPEATS && progress ? progressRun(lines, at) : 1;
    const end = at + Math.max(equal, similar);
    out.push(...(equal >= FEWEST_REPEATS ? repeated(lines, at, end) : similarLines(lines, at, end)));
    at = end;
  }
  return out;
}

function repeated(lines: readonly LogLine[], start: number, end: number): LogLine[] {
  return [...lines.slice(start, start + 1), note(`… repeated ${end - start} times`, lines[end - 1])];
}

function similarLines(lines: readonly LogLine[], start: number, end: number): LogLine[] {
  const run = lines.slice(start, end);
  if (run.length <= FEWEST_REPEATS) return run;
  const middle = note(`… ${run.length - 2} similar progress lines`, run.at(-2));
  return [...run.slice(0, 1), middle, ...run.slice(-1)];
}

function note(text: string, last: LogLine | undefined): LogLine {
  return last?.time === undefined ? { text } : { text, time: last.time };
}

function progressRun(lines: readonly LogLine[], start: number): number {
  const first = lines[start]?.text ?? "";
  return isProgress(first)
    ? runLength(lines, start, (text) => (isProgress(text) ? skeleton(text) : text))
    : 1;
}

function isProgress(text: string): boolean {
  return text.length <= 1000 && BAR.test(text) && AMOUNT.test(text);
}

/** What stays of a progress line when its numbers and its bar change. */
function skeleton(text: string): string {
  return text.replace(VARYING, "").replace("s/it", "it/s");
}

function runLength(lines: readonly LogLine[], start: number, key: (text: string) => string): number {
  const first = key(lines[start]?.text ?? "");
  let end = start + 1;
  while (end < lines.length && key(lines[end]?.text ?? "") === first) end += 1;
  return end - start;
}
