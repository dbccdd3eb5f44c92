import { StringDecoder } from "node:string_decoder";
import { characterStart } from "../utf8.ts";

/** Of a longer line only the beginning and the end are kept, so that memory stays bounded. */
const MAX_BYTES = 256 * 1024;

/** Where characters of a line were left out, and how many. */
export interface Cut {
  /** Index in the text that is kept. */
  at: number;
  characters: number;
}

/** What to show of a line. */
export interface ShownPart {
  /** It may go on: a last character that is incomplete is not shown. */
  isOpen?: boolean;
  /** Bytes behind those collected. */
  more?: Uint8Array;
}

/** Collects the bytes of one line within bounded memory; a character may be split between pieces. */
export class LongLine {
  #head: Buffer | undefined;
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #omitted = 0;

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  push(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#parts.push(piece);
    this.#bytes += piece.length;
    if (this.#bytes > 2 * MAX_BYTES) this.#compact();
  }

  /** All bytes of the line; undefined once some were left out. */
  get whole(): Buffer | undefined {
    return this.#head === undefined ? this.#joined() : undefined;
  }

  text({ isOpen = false, more }: ShownPart = {}): { text: string; cut?: Cut } {
    if (this.#bytes > (this.#head === undefined ? MAX_BYTES : MAX_BYTES / 2)) this.#compact();
    const rest = more === undefined ? this.#joined() : Buffer.concat([this.#joined(), more]);
    const shown = isOpen ? new StringDecoder().write(rest) : rest.toString("utf8");
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
    let all = this.#joined();
    const half = MAX_BYTES / 2;
    if (this.#head === undefined) {
      const end = characterStart(all, half);
      this.#head = Buffer.from(all.subarray(0, end));
      all = all.subarray(end);
    }
    const start = characterStart(all, Math.max(0, all.length - half));
    this.#omitted += all.toString("utf8", 0, start).length;
    this.#parts = [Buffer.from(all.subarray(start))];
    this.#bytes = all.length - start;
  }

  #joined(): Buffer {
    const [only] = this.#parts;
    if (this.#parts.length === 1 && only !== undefined)
      return Buffer.from(only.buffer, only.byteOffset, only.byteLength);
    return Buffer.concat(this.#parts, this.#bytes);
  }
}
