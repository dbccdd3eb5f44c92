import { directionOf } from "./names.ts";
import { namedValue, numberIn, type Value } from "./pairs.ts";

/** Lines between two rows of one table: validations, warnings. */
const LONGEST_GAP = 50;
const MOST_CELLS = 40;
const LONGEST_LINE = 1000;

const FIRST = /^(?:e|epochs?|steps?|iter(?:ation)?s?|round|trial|fold|class)$/i;
const WORD = /^(?:#|[A-Za-z_][^\s:=]*(?: [A-Za-z_][^\s:=]*)?)$/;
/** A progress bar behind a row. */
const BAR = /:\s+\d+%\|.*$/;

interface Row {
  by: "bars" | "commas" | "blanks";
  cells: string[];
}

/** Reads tables line by line: a row of names, then rows of numbers; and lists of a name and a number in two columns. */
export class TableReader {
  #header: Row | undefined;
  #gap = 0;

  /** The numbers of a row, by the names above them. */
  read(line: string): Value[] {
    const row = line.length > LONGEST_LINE ? undefined : rowOf(line);
    if (row === undefined) return this.#pass();
    const listed = pairOf(row);
    if (listed !== undefined) return [listed];
    const header = [inColumns(row, line), row].find((one) => isHeader(one, line));
    if (header !== undefined) {
      this.#header = header;
      this.#gap = 0;
      return [];
    }
    return this.#header !== undefined && isUnder(row, this.#header)
      ? this.#take(row, this.#header)
      : this.#pass();
  }

  #pass(): Value[] {
    this.#gap += 1;
    if (this.#gap > LONGEST_GAP) this.#header = undefined;
    return [];
  }

  #take(row: Row, header: Row): Value[] {
    this.#gap = 0;
    return row.cells.flatMap((cell, column) => {
      const raw = numberIn(cell);
      const name = nameOf(header.cells[column] ?? "");
      return raw === undefined || name === "" ? [] : [namedValue(name, raw)];
    });
  }
}

function rowOf(line: string): Row | undefined {
  const text = line.replace(BAR, "").trim();
  const by = /[|│┃]/.test(text) ? "bars" : /^[^\s,]+(?:,[^\s,]*)+$/.test(text) ? "commas" : "blanks";
  const cells = split(text, by);
  return cells.length < 2 || cells.length > MOST_CELLS ? undefined : { by, cells };
}

/** Names of two words stand apart by more than one blank: `E    #    LOSS TAGGER  SCORE`. */
function inColumns(row: Row, line: string): Row {
  return row.by === "blanks" ? { ...row, cells: line.trim().split(/\s{2,}|\t/) } : row;
}

function split(text: string, by: Row["by"]): string[] {
  if (by === "commas") return text.split(",");
  if (by === "blanks") return text.split(/\s+/);
  const cells = text.split(/[|│┃]/).map((cell) => cell.trim());
  return cells.slice(cells[0] === "" ? 1 : 0, cells.at(-1) === "" ? -1 : undefined);
}

/** `| ep_rew_mean | 20.4 |` */
function pairOf({ by, cells }: Row): Value | undefined {
  const [name = "", number = ""] = cells;
  const raw = by === "bars" && cells.length === 2 && WORD.test(name) ? numberIn(number) : undefined;
  return raw === undefined ? undefined : namedValue(nameOf(name), raw);
}

/** Blanks are between words too: such a header begins as those of trainings do, and is set in columns. */
function isHeader({ by, cells }: Row, line: string): boolean {
  if (!cells.every((cell) => WORD.test(cell))) return false;
  if (by !== "blanks") return cells.some((cell) => directionOf(cell) !== undefined);
  return cells.length > 2 && FIRST.test(cells[0] ?? "") && /\S(?:\s{2,}|\t)\S/.test(line);
}

function isUnder({ by, cells }: Row, header: Row): boolean {
  if (by !== header.by || cells.length !== header.cells.length) return false;
  const numbers = cells.filter((cell) => numberIn(cell) !== undefined).length;
  const isPlaced =
    by !== "blanks" || /^class$/i.test(header.cells[0] ?? "") || /^\d+(?:\/\d+)?$/.test(cells[0] ?? "");
  return isPlaced && numbers * 2 >= cells.length;
}

function nameOf(cell: string): string {
  return cell.replace(/[^\w@./% -]/g, "").replaceAll(" ", "_");
}
