/** The first place at or after `at` where a character begins. */
export function characterStart(bytes: Uint8Array, at: number): number {
  let start = Math.floor(at);
  while (start < Math.min(bytes.length, at + 3) && isContinuation(bytes[start] ?? 0)) start += 1;
  return start;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
