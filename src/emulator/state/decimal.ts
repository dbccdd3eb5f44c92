/**
 * Decimal numbers as the platform's own arithmetic (Python's `decimal`, 28 digits) writes them: exponent form
 * below 1E-6, as many digits behind the point as the operands have. Source: protocol reference 3.7, 8 row 18.
 */

const DIGITS = 28;

interface Decimal {
  coefficient: bigint;
  exponent: number;
}

/** Cost of running `microseconds` at a price per hour (decimal text). */
export function costOf(microseconds: number, pricePerHour: string): string {
  const price = parse(pricePerHour);
  const run = BigInt(Math.max(0, Math.round(microseconds)));
  const product = { coefficient: run * price.coefficient, exponent: price.exponent };
  return print(divide(product, 3_600_000_000n), price.exponent);
}

/** `a + b`. */
export function add(a: string, b: string): string {
  const [x, y] = [parse(a), parse(b)];
  const exponent = Math.min(x.exponent, y.exponent);
  const scaled = ({ coefficient, exponent: own }: Decimal) => coefficient * 10n ** BigInt(own - exponent);
  return print({ coefficient: scaled(x) + scaled(y), exponent }, exponent);
}

/** `a - b`. */
export function subtract(a: string, b: string): string {
  const { coefficient, exponent } = parse(b);
  return add(a, print({ coefficient: -coefficient, exponent }, exponent));
}

/** Whether a decimal text is above zero. */
export function isPositive(text: string): boolean {
  return parse(text).coefficient > 0n;
}

/** Whether a text is a decimal number. */
export function isDecimal(text: string): boolean {
  return PATTERN.test(text);
}

const PATTERN = /^([+-]?)(\d+)(?:\.(\d+))?(?:E([+-]?\d{1,3}))?$/i;

function parse(text: string): Decimal {
  const found = PATTERN.exec(text);
  if (found === null) throw new RangeError(`Not a decimal number: ${text}`);
  const [, sign, whole = "0", fraction = "", exponent = "0"] = found;
  const coefficient = BigInt(whole + fraction);
  return {
    coefficient: sign === "-" ? -coefficient : coefficient,
    exponent: Number(exponent) - fraction.length,
  };
}

function divide({ coefficient, exponent }: Decimal, by: bigint): Decimal {
  const shift = DIGITS + by.toString().length;
  const scaled = coefficient * 10n ** BigInt(shift);
  return { coefficient: (scaled + (scaled < 0n ? -by : by) / 2n) / by, exponent: exponent - shift };
}

/** Zeros at the end go, down to the `ideal` exponent of an exact result. */
function print(value: Decimal, ideal: number): string {
  const { coefficient, exponent } = strip(round(value), ideal);
  const digits = (coefficient < 0n ? -coefficient : coefficient).toString();
  const sign = coefficient < 0n ? "-" : "";
  const adjusted = exponent + digits.length - 1;
  if (adjusted < -6) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
    return `${sign}${digits[0]}${fraction}E${adjusted}`;
  }
  if (exponent >= 0) return sign + digits + "0".repeat(exponent);
  const padded = digits.padStart(1 - exponent, "0");
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}

function round({ coefficient, exponent }: Decimal): Decimal {
  const excess = coefficient.toString().replace("-", "").length - DIGITS;
  if (excess <= 0) return { coefficient, exponent };
  const unit = 10n ** BigInt(excess);
  const half = coefficient < 0n ? -unit / 2n : unit / 2n;
  return { coefficient: (coefficient + half) / unit, exponent: exponent + excess };
}

function strip(value: Decimal, ideal: number): Decimal {
  let { coefficient, exponent } = value;
  while (exponent < ideal && coefficient % 10n === 0n) {
    coefficient /= 10n;
    exponent += 1;
  }
  return { coefficient, exponent };
}
