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
}

type Goal = { atMost: number } | { atLeast: number };

/** Some lines of the table that are measured together. */
export interface Bench {
  rows: readonly string[];
  run(): Promise<Row[]>;
}

/** A line that says how many times the baseline's time ours takes. */
export function ratioRow(
  { ours, baseline, ratio }: Paired,
  about: Pick<Row, "name" | "what" | "against" | "goal">,
): Row {
  return { ...about, value: ratio.median, unit: "×", range: [ratio.low, ratio.high], ours, baseline };
}

export function isMet({ value, goal }: Row): boolean | undefined {
  if (goal === undefined) return undefined;
  return "atMost" in goal ? value <= goal.atMost : value >= goal.atLeast;
}

/** As a table of Markdown that can be read as it is. */
export function tableOf(rows: readonly Row[]): string {
  const cells = [["", "measured", "against", "value", "quarters", "goal", "met"], ...rows.map(cellsOf)];
  const widths = (cells[0] ?? []).map((_, at) => Math.max(3, ...cells.map((row) => (row[at] ?? "").length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = cells.map(line);
  return [head, line(widths.map((width) => "-".repeat(width))), ...body].join("\n");
}

function cellsOf(row: Row): string[] {
  const { name, what, against, value, unit, range, ours, baseline } = row;
  return [
    name,
    ours === undefined ? what : `${what}: ${short(ours.median)} ms`,
    baseline === undefined ? (against ?? "") : `${against}: ${short(baseline.median)} ms`,
    `${short(value)} ${unit}`,
    range === undefined ? "" : range.map(short).join(" – "),
    goalText(row),
    { true: "yes", false: "no", undefined: "" }[String(isMet(row))] ?? "",
  ];
}

function goalText({ goal, unit }: Row): string {
  if (goal === undefined) return "";
  return "atMost" in goal ? `≤ ${short(goal.atMost)} ${unit}` : `≥ ${short(goal.atLeast)} ${unit}`;
}

/** Three digits that count. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en-US");
  return String(Number(value.toPrecision(3)));
}
