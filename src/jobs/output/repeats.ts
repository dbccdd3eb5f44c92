import type { LogLine } from "./lines.ts";

/** Fewer than this many equal lines in a row are shown as they are. */
const FEWEST_REPEATS = 3;
/** What makes a line a progress line: a bar beside a percentage or a rate. Metrics alone do not. */
const BAR = /[█▉▊▋▌▍▎▏━╸╺▓▒░]|\d%\s*\||\[[=>#.\- ]{5,}\]|[=#]{5}>/u;
const AMOUNT = /\d\s*%|\d\s*\/\s*\d|it\/s|s\/it|[kMG]i?B\/s/;
const VARYING = /[\d.,:█▉▊▋▌▍▎▏━╸╺▓▒░=>#\-? ]+/gu;

/**
 * Makes runs of equal lines one line and `… repeated 41 times`, and runs of progress bars that differ only in their
 * numbers the first, `… 38 similar progress lines`, and the last.
 */
export function collapseRepeats<Line extends LogLine>(lines: readonly Line[]): Line[] {
  const out: Line[] = [];
  let at = 0;
  while (at < lines.length) {
    const equal = runLength(lines, at, (text) => text);
    const isEqual = equal >= FEWEST_REPEATS;
    const run = lines.slice(at, at + (isEqual ? equal : Math.max(equal, progressRun(lines, at))));
    out.push(...(isEqual ? repeated(run) : similarLines(run)));
    at += run.length;
  }
  return out;
}

function repeated<Line extends LogLine>(run: readonly Line[]): Line[] {
  return [...run.slice(0, 1), ...noted(`… repeated ${run.length} times`, run.slice(-1))];
}

function similarLines<Line extends LogLine>(run: Line[]): Line[] {
  if (run.length <= FEWEST_REPEATS) return run;
  const middle = noted(`… ${run.length - 2} similar progress lines`, run.slice(-2, -1));
  return [...run.slice(0, 1), ...middle, ...run.slice(-1)];
}

/** A note in the place of the last line it stands for. */
function noted<Line extends LogLine>(text: string, last: Line[]): Line[] {
  return last.map((line) => ({ ...line, text, cut: undefined, runs: undefined }));
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

/** A progress line without its numbers and its bar. */
function skeleton(text: string): string {
  return text.replace(VARYING, "").replace("s/it", "it/s");
}

function runLength(lines: readonly LogLine[], start: number, key: (text: string) => string): number {
  const first = key(lines[start]?.text ?? "");
  let end = start + 1;
  while (end < lines.length && key(lines[end]?.text ?? "") === first) end += 1;
  return end - start;
}
