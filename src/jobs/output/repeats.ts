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
export function collapseRepeats<Line extends LogLine>(
  lines: readonly Line[],
  { progress }: { progress: boolean },
): Line[] {
  const out: Line[] = [];
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

function repeated<Line extends LogLine>(lines: readonly Line[], start: number, end: number): Line[] {
  const last = lines.slice(end - 1, end);
  return [...lines.slice(start, start + 1), ...noted(`… repeated ${end - start} times`, last)];
}

function similarLines<Line extends LogLine>(lines: readonly Line[], start: number, end: number): Line[] {
  const run = lines.slice(start, end);
  if (run.length <= FEWEST_REPEATS) return run;
  const middle = noted(`… ${run.length - 2} similar progress lines`, run.slice(-2, -1));
  return [...run.slice(0, 1), ...middle, ...run.slice(-1)];
}

/** Stands for all lines up to the last one, and so in its place. */
function noted<Line extends LogLine>(text: string, last: Line[]): Line[] {
  return last.map((line) => ({ ...line, text }));
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
