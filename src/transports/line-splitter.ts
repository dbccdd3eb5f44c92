/** No sane client sends a longer line. */
export const MAX_LINE_BYTES = 10 * 1024 * 1024;

const LINE_END = 0x0a;

/** Cuts a stream of bytes into lines, at line feeds only: JSON may hold every other separator. */
export class LineSplitter {
  #pieces: Buffer[] = [];
  #bytes = 0;

  /** The lines that are complete now; `undefined` stands for one that was too long to be kept. */
  *push(chunk: Buffer): Generator<string | undefined> {
    let from = 0;
    for (let end = chunk.indexOf(LINE_END); end >= 0; end = chunk.indexOf(LINE_END, from)) {
      this.#add(chunk.subarray(from, end));
      from = end + 1;
      yield this.take();
    }
    this.#add(chunk.subarray(from));
  }

  /** What came after the last line end. */
  take(): string | undefined {
    const line = this.#bytes > MAX_LINE_BYTES ? undefined : Buffer.concat(this.#pieces).toString("utf8");
    this.#pieces = [];
    this.#bytes = 0;
    return line;
  }

  #add(piece: Buffer): void {
    this.#bytes += piece.length;
    if (this.#bytes > MAX_LINE_BYTES) this.#pieces = [];
    else this.#pieces.push(piece);
  }
}
