/** Of a longer line the beginning and the end are kept: nobody reads the rest, and memory stays bounded. */
const MAX_BYTES = 256 * 1024;

/** Where characters of a line were left out, and how many. */
export interface Cut {
  /** Index in the text that is kept. */
  at: number;
  characters: number;
}

/** Collects the pieces of one line within bounded memory; characters may be split between them. */
export class LongLine {
  readonly #maxBytes: number;
  #head: Buffer | undefined;
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #omitted = 0;

  constructor(maxBytes = MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  push(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#parts.push(piece);
    this.#bytes += piece.length;
    if (this.#bytes > 2 * this.#maxBytes) this.#compact();
  }

  /** All bytes where nothing was left out. */
  get whole(): Buffer | undefined {
    return this.#head === undefined ? joined(this.#parts, this.#bytes) : undefined;
  }

  /** The text so far; with `isOpen` without a character that is not whole yet. */
  text({ isOpen = false }: { isOpen?: boolean } = {}): { text: string; cut?: Cut } {
    if (this.#bytes > (this.#head === undefined ? this.#maxBytes : this.#maxBytes / 2)) this.#compact();
    const rest = joined(this.#parts, this.#bytes);
    const shown = (isOpen ? rest.subarray(0, wholeEnd(rest)) : rest).toString("utf8");
    if (this.#head === undefined) return { text: shown };
    const head = this.#head.toString("utf8");
    return { text: head + shown, cut: { at: head.length, characters: this.#omitted } };
  }

  clear(): void {
    this.#head = undefined;
    this.#parts = [];
    this.#bytes = 0;
    this.#omitted = 0;
  }

  #compact(): void {
    let all = joined(this.#parts, this.#bytes);
    const half = this.#maxBytes / 2;
    if (this.#head === undefined) {
      const end = characterStart(all, half);
      this.#head = Buffer.from(all.subarray(0, end));
      all = all.subarray(end);
    }
    const start = characterStart(all, Math.max(0, all.length - half));
    this.#omitted += lengthOf(all.subarray(0, start));
    this.#parts = [Buffer.from(all.subarray(start))];
    this.#bytes = all.length - start;
  }
}

function joined(parts: readonly Uint8Array[], bytes: number): Buffer {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined)
    return Buffer.from(only.buffer, only.byteOffset, only.byteLength);
  return Buffer.concat(parts, bytes);
}

/** The first place at or after `at` where a character begins. */
function characterStart(bytes: Uint8Array, at: number): number {
  let start = Math.floor(at);
  while (start < Math.min(bytes.length, at + 3) && isContinuation(bytes[start])) start += 1;
  return start;
}

/** Where the last whole character ends. */
function wholeEnd(bytes: Uint8Array): number {
  let start = bytes.length - 1;
  while (start > 0 && start > bytes.length - 4 && isContinuation(bytes[start])) start -= 1;
  const end = start + sizeOf(bytes[start] ?? 0);
  return end > bytes.length ? start : bytes.length;
}

/** How many bytes the character takes that begins so. */
function sizeOf(first: number): number {
  if (first >= 0xf0) return 4;
  if (first >= 0xe0) return 3;
  return first >= 0xc0 ? 2 : 1;
}

/** Length of the text, as JavaScript counts. */
function lengthOf(bytes: Uint8Array): number {
  let length = 0;
  for (const byte of bytes) {
    if (!isContinuation(byte)) length += 1;
    if (byte >= 0xf0) length += 1;
  }
  return length;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
