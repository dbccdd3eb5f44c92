import type { Point } from "./fit.ts";
import type { Paired, Spread } from "./measure.ts";

export interface Row {
  /** By which it is asked for: subject/line. */
  name: string;
  what: string;
  against?: string;
  value: number;
  unit: string;
  /** The quarters beside the value. */
  range?: [low: number, high: number];
  goal?: Goal;
  /** Times behind a ratio, in milliseconds. */
  ours?: Spread;
  baseline?: Spread;
  /** What a slope is fitted to. */
  growth?: Growth;
  /** Of an answer's times in milliseconds, each hundredth. */
  hundredths?: readonly number[];
  /** Why there is no value. */
  missing?: string;
}

type Goal = { atMost: number } | { atLeast: number };

export interface Growth {
  /** Of what there is more, e.g. jobs. */
  of: string;
  unit: string;
  points: readonly Point[];
}

/** For a first look: how far growth is followed, in times of the least work. */
export interface Scale {
  most: number;
}

/** Some lines of the table that are measured together. */
export interface Bench {
  rows: readonly string[];
  run(scale: Scale): Promise<Row[]>;
}

/** A line that says how many times the baseline's time ours takes. */
export function ratioRow(
  { ours, baseline, ratio }: Paired,
  about: Pick<Row, "name" | "what" | "against" | "goal">,
): Row {
  return { ...about, value: ratio.median, unit: "×", range: [ratio.low, ratio.high], ours, baseline };
}

export function isMet({ value, goal, missing }: Row): boolean | undefined {
  if (goal === undefined || missing !== undefined) return undefined;
  return "atMost" in goal ? value <= goal.atMost : value >= goal.atLeast;
}

export function tableOf(rows: readonly Row[]): string {
  return markdownTable([
    ["", "measured", "against", "value", "quarters", "goal", "met"],
    ...rows.map(cellsOf),
  ]);
}

/** Can be read as it is. */
export function markdownTable(cells: readonly (readonly string[])[]): string {
  const widths = (cells[0] ?? []).map((_, at) => Math.max(3, ...cells.map((row) => (row[at] ?? "").length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = cells.map(line);
  return [head, line(widths.map((width) => "-".repeat(width))), ...body].join("\n");
}

function cellsOf(row: Row): string[] {
  const { name, what, against, range, ours, baseline } = row;
  return [
    name,
    ours === undefined ? what : `${what}: ${short(ours.median)} ms`,
    baseline === undefined ? (against ?? "") : `${against}: ${short(baseline.median)} ms`,
    valueText(row),
    range === undefined ? "" : range.map(short).join(" – "),
    goalText(row),
    metText(row),
  ];
}

export function metText(row: Row): string {
  return { true: "yes", false: "no", undefined: "" }[String(isMet(row))] ?? "";
}

export function valueText({ value, unit, missing }: Row): string {
  return missing === undefined ? `${short(value)} ${unit}` : `not measured: ${missing}`;
}

export function goalText({ goal, unit }: Row): string {
  if (goal === undefined) return "";
  return "atMost" in goal ? `≤ ${short(goal.atMost)} ${unit}` : `≥ ${short(goal.atLeast)} ${unit}`;
}

/** Three digits that count. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en-US");
  return String(Number(value.toPrecision(3)));
}
