import { SHORT_CODE, visible } from "../../foreign.ts";
import { type Pen, penAfter, type Run, runsOf } from "./pen.ts";

/**
 * What a terminal would show of text with control sequences. Own scanner: `util.stripVTControlCharacters` and
 * strip-ansi only remove sequences, while a progress bar is readable only when `\r`, backspace, erase and
 * cursor moves are obeyed; removing alone would glue every state of the bar together.
 */

// Built from parts, as the linter (rightly) takes control characters in a pattern for mistakes.
const [ESC, BEL] = ["\\u001b", "\\u0007"];
const CSI = `(?:${ESC}\\[|\\u009b)([0-?]*)[ -/]*([@-~]?)`;
const STRING_START = `(?:${ESC}[\\]PX^_]|[\\u0090\\u0098\\u009d-\\u009f])`;
const STRING_BODY = `[^${BEL}${ESC}\\u0090\\u0098\\u009c-\\u009f]*(?:${BEL}|${ESC}\\\\|\\u009c)`;
/**
 * One token: a CSI sequence · a finished OSC, DCS, APC, PM or SOS string · any other escape · one control
 * character · plain text. No two of them can scan the same text again and again, so time stays linear.
 */
const TOKEN = new RegExp(
  `${CSI}|${STRING_START}${STRING_BODY}|${ESC}(?:${SHORT_CODE}|[\\]PX^_])?|([^\\P{Cc}\\t])|(?:\\P{Cc}|\\t)+`,
  "gu",
);
const CONTROL = /[^\P{Cc}\t]/u;
/** Cursor moves beyond this are noise, and must not make a small log into a large one. */
const WIDEST_MOVE = 300;
/** How far up a job may rewrite what it printed: stacked progress bars, not a full-screen program. */
const TALLEST_MOVE = 64;

interface Row {
  /** One entry a character, so that a bar redrawn a thousand times costs what it prints. */
  cells: string[];
  /** What drew each of them, where that is wanted. */
  pens: Pen[];
  /** Set instead of `cells` for a line printed in one go. */
  text?: string | undefined;
  /** Index of the printed line that wrote this row last. */
  from: number;
}

/** One line as a terminal would show it, and the index of the printed line that wrote it last. */
export interface ShownLine {
  text: string;
  from: number;
  /** Where it has colours; only if asked for, and if nothing in it had to be marked. */
  runs?: Run[] | undefined;
}

/**
 * Folds printed lines (split at `\n`, as they came) into the lines a terminal would show: colours and titles
 * gone, `\r`, backspaces, erasing and cursor movement obeyed; what stays invisible is marked. Never throws; time grows with the input.
 */
export function showOnTerminal(lines: readonly string[], { colors = false } = {}): ShownLine[] {
  const screen = new Screen(colors);
  for (const [from, line] of lines.entries()) screen.print(line, from);
  return screen.shown();
}

/** Folds one text the same way. */
export function showText(text: string): string {
  if (!/[^\P{Cc}\t\n]/u.test(text)) return visible(text);
  return showOnTerminal(text.split("\n"))
    .map((line) => line.text)
    .join("\n");
}

class Screen {
  readonly #rows: Row[] = [];
  readonly #hasColors: boolean;
  #pen: Pen = {};
  #row = 0;
  #column = 0;

  constructor(hasColors: boolean) {
    this.#hasColors = hasColors;
  }

  print(line: string, from: number): void {
    const isPlain = !CONTROL.test(line) && Object.keys(this.#pen).length === 0;
    if (isPlain) this.#rows[this.#row] = { cells: [], pens: [], text: line, from };
    else this.#interpret(line, from);
    this.#row += 1;
    this.#column = 0;
  }

  shown(): ShownLine[] {
    return this.#rows.map(({ cells, pens, text, from }) => {
      const whole = cells.join("");
      const shown = visible(text ?? whole.trimEnd());
      const runs = pens.length > 0 && whole.startsWith(shown) ? runsOf(cells, pens) : [];
      return { text: shown, from, ...(runs.length > 0 ? { runs } : {}) };
    });
  }

  #interpret(line: string, from: number): void {
    this.#current(from);
    for (const [token, parameters = "", final, control] of line.matchAll(TOKEN)) {
      if (final !== undefined) this.#obey(final, parameters, from);
      else if (control !== undefined) this.#control(control);
      else if (!CONTROL.test(token)) this.#write(token, from);
    }
  }

  #control(character: string): void {
    if (character === "\r") this.#column = 0;
    else if (character === "\b") this.#column = Math.max(0, this.#column - 1);
  }

  #obey(final: string, parameters: string, from: number): void {
    const count = Math.min(WIDEST_MOVE, Number.parseInt(parameters, 10) || 1);
    if (final === "m") this.#draw(parameters);
    else if (final === "K") this.#erase(parameters, from);
    else if (final === "A" || final === "F") this.#move(-count);
    else if (final === "B" || final === "E") this.#move(count);
    else this.#column = this.#columnAfter(final, count, from);
    if (final === "E" || final === "F") this.#column = 0;
  }

  #draw(parameters: string): void {
    if (this.#hasColors) this.#pen = penAfter(this.#pen, parameters);
  }

  #columnAfter(final: string, count: number, from: number): number {
    if (final === "G") return count - 1;
    if (final === "D") return Math.max(0, this.#column - count);
    if (final !== "C") return this.#column;
    return Math.min(this.#column + count, Math.max(WIDEST_MOVE, this.#current(from).cells.length));
  }

  #move(rows: number): void {
    const highest = Math.max(0, this.#rows.length - TALLEST_MOVE);
    this.#row = Math.max(highest, Math.min(this.#rows.length - 1, this.#row + rows));
  }

  #erase(parameters: string, from: number): void {
    const { cells } = this.#current(from);
    if (parameters === "2") cells.length = 0;
    else if (parameters !== "1") cells.length = Math.min(cells.length, this.#column);
    else if (this.#column < WIDEST_MOVE) cells.fill(" ", 0, Math.min(this.#column + 1, cells.length));
  }

  #write(text: string, from: number): void {
    const row = this.#current(from);
    row.from = from;
    while (row.cells.length < this.#column) row.cells.push(" ");
    for (const character of text) {
      if (this.#hasColors) row.pens[this.#column] = this.#pen;
      row.cells[this.#column++] = character;
    }
  }

  /** The row under the cursor, as cells. */
  #current(from: number): Row {
    const row = this.#rows[this.#row] ?? { cells: [], pens: [], from };
    this.#rows[this.#row] = row;
    if (row.text !== undefined) {
      row.cells = Array.from(row.text);
      row.text = undefined;
    }
    return row;
  }
}
