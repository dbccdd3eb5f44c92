/** From this length on, a class of characters says little more. */
const LONG_ENOUGH = 3;
const ASCII = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
/** A class, a group of plain words, an escaped or a plain character; and that it stands more or less often than once. */
const ATOM = /(\[[^\]]+\]|\(\?:[\w-]+(?:\|[\w-]+)*\)|\\.|[^\\[\](){}|])([?*+]|\{\d)?/y;
const WORD = Uint8Array.from(ASCII, (character) => (/[A-Za-z0-9]/.test(character) ? 1 : 0));
const END = 0xffff;

/**
 * Finds where in a text one of these patterns may begin. Each begins with a letter or a digit that follows none; what
 * it can begin with is read from the pattern itself.
 */
export function startSearch(patterns: readonly string[]): (text: string) => number[] {
  const tree = treeOf(patterns.flatMap(startsOf));
  return (text) => {
    const places: number[] = [];
    let before = 0;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      const kind = kindOf(code);
      if (kind > before && tree[code] !== 0 && isStart(text, at, tree)) places.push(at);
      before = kind;
    }
    return places;
  };
}

/** With what a pattern's matches begin, as far as that is fixed. */
function startsOf(pattern: string): string[] {
  let starts = [""];
  ATOM.lastIndex = 0;
  for (let found = ATOM.exec(pattern); found !== null; found = ATOM.exec(pattern)) {
    const [, atom = "", often] = found;
    const isClass = atom.startsWith("[") || atom === "\\d";
    if (/^[?*]|^\{0/.test(often ?? "") || (isClass && starts.some(({ length }) => length >= LONG_ENOUGH)))
      break;
    const parts = partsOf(atom);
    starts = starts.flatMap((start) => parts.map((part) => start + part));
    if (often !== undefined) break;
  }
  return starts;
}

function partsOf(atom: string): string[] {
  if (atom.startsWith("(")) return atom.slice(3, -1).split("|");
  if (atom.length === 1) return [atom];
  const one = new RegExp(`^${atom}$`);
  return ASCII.filter((character) => one.test(character));
}

/** Rows of 128: by state and character the next state, 0 where nothing goes on, `END` where a start is whole. */
function treeOf(starts: readonly string[]): Uint16Array {
  const rows = [new Uint16Array(128)];
  for (const start of starts) addTo(rows, start);
  const tree = new Uint16Array(rows.length * 128);
  for (const [index, row] of rows.entries()) tree.set(row, index * 128);
  return tree;
}

function addTo(rows: Uint16Array[], start: string): void {
  let row = rows[0];
  for (let index = 0; row !== undefined && index < start.length; index += 1) {
    const code = start.charCodeAt(index);
    if (index === start.length - 1) row[code] = END;
    else if (row[code] === 0) row[code] = rows.push(new Uint16Array(128)) - 1;
    // Undefined behind the end of a shorter one.
    row = rows[row[code] ?? END];
  }
}

function isStart(text: string, at: number, tree: Uint16Array): boolean {
  let state = 0;
  for (let place = at; ; place += 1) {
    const code = text.charCodeAt(place);
    state = code < 128 ? (tree[state * 128 + code] ?? 0) : 0;
    if (state === 0 || state === END) return state === END;
  }
}

/** 1 for a letter or a digit. */
function kindOf(code: number): number {
  return code < 128 ? (WORD[code] ?? 0) : 0;
}
