/** Credits for reading: decimal text, also with exponent, to four significant digits, never `0` for a cost. */
export function shortCredits(decimal: string): string {
  const value = Number(decimal);
  if (Number.isNaN(value)) return decimal;
  if (value === 0) return "0";
  if (value < 0.0001) return "<0.0001";
  if (value >= 1000) return String(Math.round(value));
  return String(Number(value.toPrecision(4)));
}
