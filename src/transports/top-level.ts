/** What of a JSON object is needed to answer it. */
interface Members {
  id?: unknown;
  method?: unknown;
  result?: unknown;
  error?: unknown;
}

const WANTED: ReadonlySet<unknown> = new Set(["id", "method", "result", "error"] satisfies (keyof Members)[]);
/** Longer keys and values are not read. */
const LONGEST_TOKEN_BYTES = 256;

const [QUOTE, BACKSLASH, COMMA, COLON] = Buffer.from('"\\,:');
const OPENING: ReadonlySet<number> = new Set(Buffer.from("{["));
const CLOSING: ReadonlySet<number> = new Set(Buffer.from("}]"));

/** Reads the top level of a JSON object in pieces, in memory that does not grow with it. */
export class TopLevel {
  readonly members: Members = {};
  #depth = 0;
  #isInText = false;
  #isEscaped = false;
  #key: unknown;
  #token: number[] = [];

  push(bytes: Buffer): void {
    // The iterator would take three times as long.
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      if (this.#isInText) this.#readText(byte);
      else this.#readMark(byte);
    }
  }

  #readText(byte: number): void {
    this.#keep(byte);
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) this.#isInText = false;
  }

  #readMark(byte: number): void {
    if (CLOSING.has(byte)) {
      this.#endMember();
      this.#depth -= 1;
    } else if (OPENING.has(byte)) this.#depth += 1;
    else if (byte === COMMA) this.#endMember();
    else if (byte === COLON) this.#endKey();
    else {
      this.#isInText = byte === QUOTE;
      this.#keep(byte);
    }
  }

  #keep(byte: number): void {
    if (this.#depth === 1 && this.#token.length <= LONGEST_TOKEN_BYTES) this.#token.push(byte);
  }

  #endKey(): void {
    if (this.#depth === 1) this.#key = this.#take();
  }

  #endMember(): void {
    if (this.#depth !== 1) return;
    const value = this.#take();
    if (WANTED.has(this.#key)) Object.assign(this.members, { [String(this.#key)]: value });
    this.#key = undefined;
  }

  /** The text or number that was read; null in place of anything larger. */
  #take(): unknown {
    const text = Buffer.from(this.#token).toString("utf8");
    this.#token = [];
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  }
}
