/**
 * What is wrong with a value: a sentence, or one such error per key. Its text is the one the platform's own
 * validator prints. Source: protocol reference 3.9.
 */
export class DataError extends Error {
  override readonly name = "DataError";

  constructor(error: string | ReadonlyMap<string | number, DataError>) {
    super(typeof error === "string" ? error : dictText(error));
  }
}

/** @throws {DataError} unless it is so. */
export function ensure(condition: boolean, message: string): asserts condition {
  if (!condition) throw new DataError(message);
}

/** A text as Python's `repr` shows it. */
function pyRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = [...text].map((char) => escapeChar(char, quote)).join("");
  return quote + body + quote;
}

const NAMED: Record<string, string> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escapeChar(char: string, quote: string): string {
  if (char === quote) return `\\${char}`;
  const code = char.codePointAt(0) ?? 0;
  const hidden = code < 32 || code === 127;
  return NAMED[char] ?? (hidden ? `\\x${code.toString(16).padStart(2, "0")}` : char);
}

function dictText(errors: ReadonlyMap<string | number, DataError>): string {
  const items = [...errors].map(([key, { message }]) => {
    const shown = typeof key === "number" ? String(key) : pyRepr(key);
    return `${shown}: DataError(${pyRepr(message)})`;
  });
  return `{${items.join(", ")}}`;
}
