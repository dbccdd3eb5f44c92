import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Row } from "../harness/row.ts";

/** What one Node measured last. */
export interface Figures {
  node: string;
  /** YYYY-MM-DD, of the newest line. */
  date: string;
  rows: Row[];
}

const folder = new URL("./", import.meta.url);

/** Puts lines that were just measured in the place of those of before, which stay where this time there was no value. */
export function keep(measured: readonly Row[]): void {
  const { version } = process;
  const file = new URL(`node-${version.split(".")[0]?.slice(1)}.json`, folder);
  const before: Row[] = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).rows : [];
  const byName = new Map(before.map((row) => [row.name, row]));
  for (const row of measured)
    if (row.missing === undefined || !byName.has(row.name)) byName.set(row.name, row);
  const date = new Date().toISOString().slice(0, 10);
  const figures: Figures = { node: version, date, rows: [...byName.values()] };
  writeFileSync(file, `${JSON.stringify(figures, undefined, 1)}\n`);
}

/** The oldest Node first. */
export function kept(): Figures[] {
  const files = readdirSync(folder).filter((name) => /^node-\d+\.json$/.test(name));
  return files.sort().map((name) => JSON.parse(readFileSync(new URL(name, folder), "utf8")));
}
