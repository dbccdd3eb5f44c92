import { InvalidInputError } from "../invalid-input.ts";

const COMPARISON = /([A-Za-z_]\w{0,60})\s*([<>])=?\s*(-?\d{1,9}(?:\.\d{1,9})?)/;

/** How other programs write a pattern with its options; `/data/img` is a folder. */
const FLAGGED = /^\/(.+)\/(?:i|g|gi|ig|im|mi)$|^-[a-zA-Z]{1,3}\s+(\S.*)$/;

/**
 * The pattern, unless it would be looked for as it is written, and never found.
 * @throws {InvalidInputError} `val_loss<0.5`, `/error/i`, `-i error`, with what does it
 */
export function requireText(pattern: string): string {
  const [, inSlashes, behindFlag] = FLAGGED.exec(pattern) ?? [];
  const bare = inSlashes ?? behindFlag;
  if (bare !== undefined)
    throw new InvalidInputError(
      `${shown(pattern)} would be looked for as it is: write ${shown(bare)}, and ignore_case: true for any case. To find the very text, write ${shown(`[${pattern.slice(0, 1)}]${pattern.slice(1)}`)}.`,
    );
  return requireNoComparison(pattern);
}

function shown(pattern: string): string {
  return JSON.stringify(pattern.slice(0, 80));
}

function requireNoComparison(pattern: string): string {
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
