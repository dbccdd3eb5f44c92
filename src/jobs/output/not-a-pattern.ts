import { InvalidInputError } from "../invalid-input.ts";

const COMPARISON = /([A-Za-z_]\w{0,60})\s*([<>])=?\s*(-?\d{1,9}(?:\.\d{1,9})?)/;

/**
 * The pattern, unless it compares a number: that would look for that very text, and never find it.
 * @throws {InvalidInputError} `val_loss<0.5`, with what does it
 */
export function requireNoComparison(pattern: string): string {
  const [whole, name = "", sign = "", number = ""] = COMPARISON.exec(pattern) ?? [];
  if (whole === undefined) return pattern;
  const literal = whole.replace(sign, `[${sign}]`);
  throw new InvalidInputError(
    `${JSON.stringify(whole)} compares numbers, which a pattern cannot: it finds text. ${digitsText({ name, sign, number })} To find the very text, write ${JSON.stringify(literal)}.`,
  );
}

/** Below a number with one digit behind its point, digits say the same. */
function digitsText({ name, sign, number }: { name: string; sign: string; number: string }): string {
  const [, tenths = "0"] = /^0\.([1-9])$/.exec(number) ?? [];
  const read = `Search for ${JSON.stringify(name)} and compare the numbers yourself`;
  if (tenths === "0" || sign === ">") return `${read}.`;
  const digits = tenths === "1" ? "0" : `[0-${Number(tenths) - 1}]`;
  return `${read}, or look for the digits: ${JSON.stringify(`${name}\\D*\\b0\\.${digits}`)}.`;
}
