/** Reads UTF-8. @throws {SyntaxError} with the text that the platform shows for bytes that are none. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new SyntaxError(complaint(bytes), { cause });
  }
}

function complaint(bytes: Uint8Array): string {
  let at = 0;
  for (;;) {
    const length = lengthOf(bytes[at] ?? 0);
    if (length === 0) return `${place(bytes, at, 1)}: invalid start byte`;
    const bad = firstBad(bytes, at, length);
    if (bad === undefined) at += length;
    else if (at + bad < bytes.length) return `${place(bytes, at, bad)}: invalid continuation byte`;
    else return `${place(bytes, at, bad)}: unexpected end of data`;
  }
}

function place(bytes: Uint8Array, at: number, count: number): string {
  const byte = (bytes[at] ?? 0).toString(16).padStart(2, "0");
  const where =
    count === 1 ? `byte 0x${byte} in position ${at}` : `bytes in position ${at}-${at + count - 1}`;
  return `'utf-8' codec can't decode ${where}`;
}

function lengthOf(first: number): number {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return 2;
  if (first >= 0xe0 && first < 0xf0) return 3;
  return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

/** Index within a character of the first byte that cannot be there. */
function firstBad(bytes: Uint8Array, at: number, length: number): number | undefined {
  const first = bytes[at] ?? 0;
  for (let index = 1; index < length; index += 1) {
    const byte = bytes[at + index];
    const [low, high] = index === 1 ? secondRange(first) : [0x80, 0xbf];
    if (byte === undefined || byte < low || byte > high) return index;
  }
  return undefined;
}

/** No overlong forms, no surrogates, nothing beyond U+10FFFF. */
function secondRange(first: number): [number, number] {
  const low = { 224: 0xa0, 240: 0x90 }[first] ?? 0x80;
  const high = { 237: 0x9f, 244: 0x8f }[first] ?? 0xbf;
  return [low, high];
}
