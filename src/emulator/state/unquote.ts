/** Percent-decoding that leaves alone what cannot be decoded. */
export function unquote(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
