import { base64Forms, hexForms, lettersAlone, patternOf } from "./encodings.ts";
import { looksLikeToken } from "./secret-values.ts";
import { joined, type Span, spansOf } from "./spans.ts";

/** Shorter values are words and numbers of any log: hiding them would give them away. */
const SHORTEST = 6;
/** From this length on, a value is found however it is broken, and one line of a longer one by itself. */
const SHORTEST_PART = 16;
/** From this length on, a piece of a value is no word that stands elsewhere too. */
const SHORTEST_PIECE = 20;
const BEGUN = 8;
/** What stands between the letters of a value that is broken is no longer, on the whole, than so many of it. */
const WIDEST = 4;

/** What stands for a sign in JSON, URLs and HTML: `\n`, `\u0026`, `%2F`, `&amp;`. */
const ESCAPE =
  /\\(?:u(?!00)[0-9a-f]{4}|u00(?:[0-289a-f][0-9a-f]|3[a-f]|40|5[b-f]|60|7[b-f])|[nrtbf])|%(?:[0-289a-f][0-9a-f]|3[a-f]|40|5[b-f]|60|7[b-f])|&(?:amp|lt|gt|quot|apos|#x?[0-9a-f]{2,4});/iy;
const [LETTER, PIECE, ESCAPING] = [1, 2, 3];
const KINDS = kindsOf([
  [/[A-Za-z0-9]/, LETTER],
  [/[+/_.~-]/, PIECE],
  [/[\\%&]/, ESCAPING],
]);
const LINE_PART = /[^"\n]+/g;

/**
 * Finds exact values wherever they stand, also escaped, percent-encoded, in base64 or in hexadecimal digits; longer
 * ones broken over lines, too, and pieces of them. Values under six characters are not looked for.
 */
export function knownSecrets(values: Iterable<string>): (text: string) => Span[] {
  const known = [...new Set(Array.from(values, (value) => value.trim()))].filter(
    ({ length }) => length >= SHORTEST,
  );
  if (known.length === 0) return () => [];
  const lines = known
    .flatMap((value) => value.split(/\r?\n/))
    .filter(({ length }) => length >= SHORTEST_PART);
  const whole = [...new Set([...known, ...lines])].sort((a, b) => b.length - a.length);
  const base64 = whole.flatMap(base64Forms);
  // Longer ones are found by their letters, in less time.
  const short = base64.filter((form) => lettersOf(form).every(({ length }) => length < SHORTEST_PART));
  const pattern = new RegExp([...whole, ...short].map(patternOf).join("|"), "g");
  const forms = new Set([...whole, ...base64, ...whole.flatMap(hexForms)].flatMap(lettersOf));
  const long = [...forms].filter(({ length }) => length >= SHORTEST_PART);
  if (long.length === 0) return (text) => spansOf(text, pattern);
  const all = new Pieces(long);
  return (text) => {
    const found = joined([spansOf(text, pattern), brokenSpans(text, long)]);
    return joined([found, pieceSpans(text, all, found)]);
  };
}

/** The letters and digits of a form, with and without what escapes in it stand for. */
function lettersOf(form: string): string[] {
  return [lettersAlone(form), lettersIn(form).toString("latin1")];
}

/**
 * The letters and digits of a text without all other signs; puts down in `places` where each of them stands. In a loop
 * by codes: a pattern for the signs takes ten times as long.
 */
function lettersIn(text: string, places?: Int32Array): Buffer {
  const letters = Buffer.allocUnsafe(text.length);
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const kind = KINDS[code];
    if (kind === ESCAPING) at = endOfEscape(text, at) - 1;
    if (kind !== LETTER) continue;
    letters[count] = code;
    // Wanted seldom, and costs more than the rest.
    if (places !== undefined) places[count] = at;
    count += 1;
  }
  return letters.subarray(0, count);
}

/** What may be pieces of a value. */
function runsOf(text: string): Span[] {
  const runs: Span[] = [];
  let start = 0;
  const endAt = (end: number) => {
    if (end - start >= SHORTEST_PIECE) runs.push({ start, end });
    start = end + 1;
  };
  for (let at = 0; at < text.length; at += 1) {
    const kind = KINDS[text.charCodeAt(at)];
    if (kind !== LETTER && kind !== PIECE) endAt(at);
  }
  endAt(text.length);
  return runs;
}

function endOfEscape(text: string, at: number): number {
  ESCAPE.lastIndex = at;
  return ESCAPE.test(text) ? ESCAPE.lastIndex : at + 1;
}

function kindsOf(signs: [RegExp, number][]): Uint8Array {
  const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
  return Uint8Array.from(ascii, (sign) => signs.find(([pattern]) => pattern.test(sign))?.[1] ?? 0);
}

/** Values whose letters stand in their order, whatever signs and line ends stand between them. */
function brokenSpans(text: string, forms: readonly string[]): Span[] {
  const letters = lettersIn(text);
  const found: Span[] = [];
  for (const form of forms) {
    const { length } = form;
    for (let at = letters.indexOf(form); at >= 0; at = letters.indexOf(form, at + length))
      found.push({ start: at, end: at + length });
  }
  return found.length === 0 ? [] : placesOf(text, outermost(found));
}

function outermost(spans: Span[]): Span[] {
  let done = 0;
  return spans
    .sort((a, b) => a.start - b.start || b.end - a.end)
    .filter(({ end }) => {
      const isOuter = end > done;
      done = Math.max(done, end);
      return isOuter;
    });
}

/** Where letters stand in the text itself; each line is a span, and so is what quotes part. */
function placesOf(text: string, found: readonly Span[]): Span[] {
  const places = new Int32Array(text.length);
  lettersIn(text, places);
  return found.flatMap(({ start, end }) => {
    const [first = 0, last = 0] = [places[start], places[end - 1]];
    if (last - first > WIDEST * (end - start)) return [];
    const parts = text.slice(first, last + 1).matchAll(LINE_PART);
    return Array.from(parts, ({ 0: part, index }, nth) => {
      const from = first + index + part.length - part.trimStart().length;
      return { start: from, end: first + index + part.trimEnd().length, continues: nth > 0 };
    });
  });
}

/** Of some forms. */
class Pieces {
  readonly #all: string;
  /** What they may begin with, since hardly anything does. */
  readonly #begun: Set<string>;

  constructor(forms: readonly string[]) {
    this.#all = forms.join(" ");
    this.#begun = new Set(Array.from(this.#all, (_, at) => this.#all.slice(at, at + BEGUN)));
  }

  has(letters: string): boolean {
    return this.#begun.has(letters.slice(0, BEGUN)) && this.#all.includes(letters);
  }
}

/** What is left of a value that a page or a cut parted; pieces that only blanks part are one secret. */
function pieceSpans(text: string, all: Pieces, found: Span[]): Span[] {
  const pieces = runsOf(text).filter(({ start, end }) => {
    const run = text.slice(start, end);
    const letters = lettersAlone(run);
    return letters.length >= SHORTEST_PIECE && all.has(letters) && looksLikeToken(run);
  });
  found.sort((a, b) => a.start - b.start);
  let [next, last] = [0, 0];
  return pieces.flatMap(({ start, end }) => {
    while ((found[next]?.end ?? end) <= start) next += 1;
    if ((found[next]?.start ?? end) < end) return [];
    const continues = last > 0 && text.slice(last, start).trim() === "";
    last = end;
    return [{ start, end, continues }];
  });
}
