/** How a terminal draws text. A colour is one of its 256, or `#rrggbb`. */
export interface Pen {
  color?: number | string;
  background?: number | string;
  bold?: true;
  dim?: true;
  italic?: true;
  underline?: true;
  inverse?: true;
}

/** A part of a line that is not drawn plainly. */
export interface Run extends Pen {
  from: number;
  to: number;
}

const STYLES: Readonly<Record<number, Pen>> = {
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
};
const ENDS: Readonly<Record<number, readonly (keyof Pen)[]>> = {
  22: ["bold", "dim"],
  23: ["italic"],
  24: ["underline"],
  27: ["inverse"],
  39: ["color"],
  49: ["background"],
};
/** Foreground and background, plain and bright: where eight colours begin, and the first of them. */
const EIGHTS = [
  [30, "color", 0],
  [40, "background", 0],
  [90, "color", 8],
  [100, "background", 8],
] as const;
/** A colour of the table, one by red, green and blue (with colons a colour space may stand before), or any other code. */
const CODE = /(?:([34])8[;:](?:5[;:](\d+)|2[;:](?:\d*:(?=\d+:\d+:\d))?(\d+)[;:](\d+)[;:](\d+)))|\d+/g;

/**
 * The pen after a sequence that sets colours, by its parameters; what is not known changes nothing. Own code: the
 * packages that know it take whole texts, while lines here are folded as on a terminal, and redacted, first.
 */
export function penAfter(pen: Pen, parameters: string): Pen {
  if (/^[<=>?]/.test(parameters)) return pen;
  const codes = parameters.replace(/^(?=;|$)/, "0");
  let after = pen;
  for (const [code, ground, index, ...parts] of codes.matchAll(CODE)) {
    const kind = ground === "3" ? "color" : "background";
    if (ground === undefined) after = simply(after, Number(code));
    else if (index === undefined) after = { ...after, [kind]: mixed(parts) };
    else if (Number(index) <= 255) after = { ...after, [kind]: Number(index) };
  }
  return after;
}

function simply(pen: Pen, code: number): Pen {
  if (code === 0) return {};
  const [style, ends] = [STYLES[code], ENDS[code]];
  if (style !== undefined) return { ...pen, ...style };
  if (ends !== undefined) {
    const kept = { ...pen };
    for (const key of ends) delete kept[key];
    return kept;
  }
  const eight = EIGHTS.find(([first]) => code >= first && code < first + 8);
  return eight === undefined ? pen : { ...pen, [eight[1]]: eight[2] + code - eight[0] };
}

function mixed(parts: readonly (string | undefined)[]): string {
  const bytes = parts.map((part) => Math.min(255, Number(part)).toString(16).padStart(2, "0"));
  return `#${bytes.join("")}`;
}

/** Where in a line which pen drew; nothing of what was drawn plainly. */
export function runsOf(cells: readonly string[], pens: readonly Pen[]): Run[] {
  const runs: Run[] = [];
  let at = 0;
  let last: { pen: Pen; run: Run } | undefined;
  for (const [index, cell] of cells.entries()) {
    const pen = pens[index];
    const end = at + cell.length;
    if (pen === undefined || Object.keys(pen).length === 0) last = undefined;
    else if (last?.pen === pen) last.run.to = end;
    else {
      last = { pen, run: { ...pen, from: at, to: end } };
      runs.push(last.run);
    }
    at = end;
  }
  return runs;
}
