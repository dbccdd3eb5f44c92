import { TopLevel } from "./top-level.ts";

/** No sane client sends a longer line. */
export const MAX_LINE_BYTES = 10 * 1024 * 1024;

const LINE_END = 0x0a;

/** What is known of a line that was too long to be kept. */
export interface LongLine {
  bytes: number;
  members: TopLevel["members"];
}

/** Cuts a stream of bytes into lines, at line feeds only: JSON may hold every other separator. */
export class LineSplitter {
  #pieces: Buffer[] = [];
  #bytes = 0;
  /** Reads a line that is not kept. */
  #top: TopLevel | undefined;

  /** The lines that are complete now. */
  *push(chunk: Buffer): Generator<string | LongLine> {
    let from = 0;
    for (let end = chunk.indexOf(LINE_END); end >= 0; end = chunk.indexOf(LINE_END, from)) {
      this.#add(chunk.subarray(from, end));
      from = end + 1;
      yield this.take();
    }
    this.#add(chunk.subarray(from));
  }

  /** What came after the last line end. */
  take(): string | LongLine {
    const line =
      this.#top === undefined
        ? Buffer.concat(this.#pieces).toString("utf8")
        : { bytes: this.#bytes, members: this.#top.members };
    this.#pieces = [];
    this.#bytes = 0;
    this.#top = undefined;
    return line;
  }

  #add(piece: Buffer): void {
    this.#bytes += piece.length;
    this.#pieces.push(piece);
    if (this.#bytes <= MAX_LINE_BYTES) return;
    this.#top ??= new TopLevel();
    for (const each of this.#pieces) this.#top.push(each);
    this.#pieces = [];
  }
}
