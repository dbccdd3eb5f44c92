/** What the platform's JSON decoder (Python's) says about a text that it cannot read. Source: protocol reference 3.8. */
class DecodeError extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/** Python's own limit is near; the platform answers such a body with an error too. */
const MAX_DEPTH = 900;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
const WORD = /null|true|false|NaN|-?Infinity/y;
const BLANKS = /[ \t\n\r]*/y;
const HEX = /[0-9a-fA-F]{4}/y;
const WORDS: Record<string, unknown> = {
  null: null,
  true: true,
  false: false,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};

/**
 * Reads JSON as the platform does, which also takes `NaN` and `Infinity`. @throws {SyntaxError} with the text
 * that the platform shows, e.g. `Expecting value: line 1 column 1 (char 0)`. Source: protocol reference 3.8.
 */
export function decodeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return decodeSlowly(text);
  }
}

function decodeSlowly(text: string): unknown {
  try {
    if (text.startsWith("\ufeff")) throw new DecodeError("Unexpected UTF-8 BOM (decode using utf-8-sig)", 0);
    return new Scanner(text).whole();
  } catch (error) {
    if (error instanceof DecodeError) throw new SyntaxError(shown(error, text), { cause: error });
    throw error;
  }
}

/** Positions count characters, not the halves that a text is kept in here. */
function shown({ message, at }: DecodeError, text: string): string {
  const before = [...text.slice(0, at)];
  const line = before.filter((char) => char === "\n").length + 1;
  return `${message}: line ${line} column ${before.length - before.lastIndexOf("\n")} (char ${before.length})`;
}

/** Goes through a text in the order of the platform's decoder, so that it stumbles over the same thing first. */
class Scanner {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): unknown {
    this.#blanks();
    const value = this.#value();
    this.#blanks();
    if (this.#at < this.#text.length) throw new DecodeError("Extra data", this.#at);
    return value;
  }

  #value(): unknown {
    const first = this.#text[this.#at];
    if (first === '"') return this.#string();
    if (first === "{" || first === "[") return this.#nested(first);
    const word = this.#taken(WORD);
    if (word !== undefined) return WORDS[word];
    const digits = this.#taken(NUMBER);
    if (digits === undefined) throw new DecodeError("Expecting value", this.#at);
    return Number(digits);
  }

  #nested(first: "{" | "["): unknown {
    if (this.#depth >= MAX_DEPTH) throw new DecodeError("maximum recursion depth exceeded", this.#at);
    this.#depth += 1;
    const value = first === "{" ? this.#object() : this.#array();
    this.#depth -= 1;
    return value;
  }

  #object(): unknown {
    const entries: [string, unknown][] = [];
    this.#open();
    while (!this.#closed("}", entries.length > 0)) {
      if (this.#text[this.#at] !== '"') {
        throw new DecodeError("Expecting property name enclosed in double quotes", this.#at);
      }
      const key = this.#string();
      this.#blanks();
      if (this.#text[this.#at] !== ":") throw new DecodeError("Expecting ':' delimiter", this.#at);
      this.#open();
      entries.push([key, this.#value()]);
    }
    return Object.fromEntries(entries);
  }

  #array(): unknown {
    const items: unknown[] = [];
    this.#open();
    while (!this.#closed("]", items.length > 0)) items.push(this.#value());
    return items;
  }

  /** Whether the end is here; if not, what comes next is the next item. */
  #closed(end: "}" | "]", following: boolean): boolean {
    if (following) this.#blanks();
    if (this.#text[this.#at] === end) {
      this.#at += 1;
      return true;
    }
    if (!following) return false;
    if (this.#text[this.#at] !== ",") throw new DecodeError("Expecting ',' delimiter", this.#at);
    this.#open();
    return false;
  }

  #open(): void {
    this.#at += 1;
    this.#blanks();
  }

  #string(): string {
    const start = this.#at;
    this.#at += 1;
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined) throw new DecodeError("Unterminated string starting at", start);
      if (char < " ") throw new DecodeError("Invalid control character at", this.#at);
      if (char === "\\") this.#escape(start);
      else this.#at += 1;
      if (char === '"') break;
    }
    // Every part of it was just looked at.
    return JSON.parse(this.#text.slice(start, this.#at)) as string;
  }

  #escape(start: number): void {
    const kind = this.#text[this.#at + 1];
    if (kind === undefined) throw new DecodeError("Unterminated string starting at", start);
    if (!'"\\/bfnrtu'.includes(kind)) throw new DecodeError("Invalid \\escape", this.#at);
    this.#at += 2;
    if (kind !== "u") return;
    const digitsAt = this.#at;
    const whole = this.#taken(HEX) !== undefined && this.#at < this.#text.length;
    if (!whole) throw new DecodeError("Invalid \\uXXXX escape", digitsAt - 1);
  }

  #blanks(): void {
    this.#taken(BLANKS);
  }

  #taken(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at = pattern.lastIndex;
    return found;
  }
}
