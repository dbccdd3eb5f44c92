/** Something of which every match holds one: the source of a native pattern of fixed length, and how telling it is. */
interface Part {
  source: string;
  weight: number;
}

/** One of these is in every match; undefined where nothing is known. */
type Required = readonly Part[] | undefined;

const MOST_PARTS = 50;
const MOST_REPEATS = 50;
const LITERAL_WEIGHT = 3;
const CLASS_WEIGHT = 1;
const QUANTIFIER = /(?:([*+?])|\{(\d+)(,\d*)?\})\??/y;
const GROUP = /\((?:\?:|\?P?<\w+>)?/y;
/** A class of ASCII characters, the simple ones that RE2 and JavaScript read alike. */
const CLASS = /\[(?![\]^])(?:[^\]\\[\u0080-\uffff]|\\[dws.\-\]\\/])+\]|\\[dws]/y;
/** One character of many: `.`, what is not in a class. */
const ANY = /\.|\\[DWS]|\[\^(?!\])(?:[^\]\\[]|\\[\w\W])+\]/y;
const ANCHOR = /[\^$]|\\[bBAz]/y;
const LITERAL = /[^\\[\]()*+?{}|^$.]|[{}\]]|\\(?![A-Za-z0-9\u0080-\uffff])[^\n]/y;

/**
 * A native pattern that finds something in every text in which an RE2 pattern matches: what does not hold it need not
 * be searched. Made of alternatives of fixed length, so it takes time linear in the text. Undefined where the
 * pattern requires nothing, or is not understood; own reading, since re2js does not give out what it has parsed.
 */
export function requiredPart(pattern: string, { ignoreCase = false } = {}): RegExp | undefined {
  // Letters beyond ASCII have other cases in RE2 than here.
  if (ignoreCase && /[^\0-\x7f]/.test(pattern)) return undefined;
  const reader = new Reader(pattern);
  const parts = reader.alternatives();
  if (parts === undefined || !reader.isAtEnd) return undefined;
  return new RegExp(parts.map(({ source }) => source).join("|"), ignoreCase ? "i" : "");
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  /** Leaves off where it does not understand. */
  alternatives(): Required {
    const all = [this.#sequence()];
    while (this.#take(/\|/y) !== undefined) all.push(this.#sequence());
    const known = all.flatMap((parts) => parts ?? []);
    return all.includes(undefined) || known.length > MOST_PARTS ? undefined : known;
  }

  #sequence(): Required {
    const run = new Run();
    while (this.#item(run));
    return run.best;
  }

  /** Reads one item with its quantifier; false where there is none. */
  #item(run: Run): boolean {
    if (this.#take(ANCHOR) !== undefined) return true;
    const group = this.#take(GROUP) === undefined ? undefined : this.#group();
    if (group !== undefined) {
      run.add(this.#times().least > 0 ? group.parts : undefined);
      return group.isClosed;
    }
    if (this.#take(ANY) !== undefined) {
      this.#times();
      run.add(undefined);
      return true;
    }
    const ranged = this.#take(CLASS);
    const source = ranged ?? this.#take(LITERAL);
    if (source === undefined) return false;
    const weight = ranged === undefined ? LITERAL_WEIGHT : CLASS_WEIGHT;
    run.repeat({ source: ranged ?? escaped(source), weight }, this.#times());
    return true;
  }

  #group(): { parts: Required; isClosed: boolean } {
    const parts = this.alternatives();
    return { parts, isClosed: this.#take(/\)/y) !== undefined };
  }

  #times(): { least: number; isExact: boolean } {
    const found = this.#match(QUANTIFIER);
    if (found === undefined) return { least: 1, isExact: true };
    const [, sign, count, open] = found;
    if (sign !== undefined) return { least: sign === "+" ? 1 : 0, isExact: false };
    return { least: Number(count), isExact: open === undefined };
  }

  #take(pattern: RegExp): string | undefined {
    return this.#match(pattern)?.[0];
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text) ?? undefined;
    this.#at += found?.[0].length ?? 0;
    return found;
  }
}

/** Collects the characters of a sequence that stand side by side, and keeps the most telling of its parts. */
class Run {
  #parts: Required;
  #now: Part = { source: "", weight: 0 };

  get best(): Required {
    this.#offer([this.#now]);
    return this.#parts;
  }

  add(parts: Required): void {
    this.#offer([this.#now]);
    this.#now = { source: "", weight: 0 };
    this.#offer(parts);
  }

  repeat({ source, weight }: Part, { least, isExact }: { least: number; isExact: boolean }): void {
    const count = Math.min(least, MOST_REPEATS);
    if (count > 0) {
      const added = count === 1 ? source : `${source}{${count}}`;
      this.#now = { source: this.#now.source + added, weight: this.#now.weight + weight * count };
    }
    if (isExact && count === least) return;
    this.add(undefined);
    // The last of several stands before what follows.
    if (least > 0) this.#now = { source, weight };
  }

  #offer(parts: Required): void {
    const weight = (some: Required) => Math.min(...(some ?? []).map((part) => part.weight), Infinity);
    if (parts === undefined || parts.length === 0 || weight(parts) === 0) return;
    if (this.#parts === undefined || weight(parts) > weight(this.#parts)) this.#parts = parts;
  }
}

function escaped(source: string): string {
  const character = source.startsWith("\\") ? source.slice(1) : source;
  return character.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
