import { type LogLine, parseStamped } from "./lines.ts";
import { LongLine } from "./long-line.ts";

const NEWLINE = 10;
/** Container runtimes cut longer lines into pieces of this size, each with a time of its own. */
const PIECE_BYTES = 16_384;
const LONGEST_STAMP = 48;
/** The beginning of a time that has not come whole. */
const STAMP_BEGUN = /^\d{1,4}$|^\d{4}-[\d:.T+-]{0,40}$/;

/**
 * Cuts the bytes of a log into lines: characters may be split anywhere, a line that came in pieces of a container
 * runtime is put together, and of one without end only the beginning and the end are kept.
 */
export class LogLines {
  readonly #open = new LongLine();
  /** Pieces of a line of which more will come, and the time of the first. */
  readonly #pieces = new LongLine();
  #pieceTime: string | undefined;
  #hasPieces = false;

  /** The lines that `chunk` completes. */
  push(chunk: Uint8Array): LogLine[] {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    const first = bytes.indexOf(NEWLINE);
    if (first < 0) {
      this.#open.push(bytes);
      return [];
    }
    const last = bytes.lastIndexOf(NEWLINE);
    this.#open.push(bytes.subarray(0, first));
    const lines: LogLine[] = [];
    this.#finishOpen(lines);
    if (last > first) this.#wholeLines(bytes.subarray(first + 1, last), lines);
    this.#open.push(bytes.subarray(last + 1));
    return lines;
  }

  /** What is not finished yet, without a character that has only begun. */
  rest(): LogLine | undefined {
    if (this.#open.isEmpty && !this.#hasPieces) return undefined;
    const { text, cut } = this.#open.text({ isOpen: true });
    const line = { ...parseStamped(text), ...(cut === undefined ? {} : { cut }) };
    const isStampOnly = line.time === undefined && STAMP_BEGUN.test(text);
    if (this.#hasPieces) return { ...this.#joined(isStampOnly ? "" : line.text), open: true };
    return isStampOnly ? undefined : { ...line, open: true };
  }

  /** All whole lines are decoded at once, since a call for each would cost more than the line. */
  #wholeLines(bytes: Buffer, lines: LogLine[]): void {
    if (this.#hasPieces || hasLongLine(bytes)) {
      for (const line of split(bytes)) {
        this.#open.push(line);
        this.#finishOpen(lines);
      }
      return;
    }
    for (const line of bytes.toString("utf8").split("\n")) lines.push(parseStamped(line));
  }

  #finishOpen(lines: LogLine[]): void {
    const { whole } = this.#open;
    if (whole === undefined || !this.#isPiece(whole, lines)) {
      const { text, cut } = this.#open.text();
      lines.push({ ...parseStamped(text), ...(cut === undefined ? {} : { cut }) });
    }
    this.#open.clear();
  }

  /** Keeps a line that is a piece of a longer one; the last piece gives that. */
  #isPiece(line: Buffer, lines: LogLine[]): boolean {
    const start = stampLength(line);
    const isFull = start > 0 && line.length - start === PIECE_BYTES;
    if (start === 0 || !(isFull || this.#hasPieces)) return false;
    if (!this.#hasPieces) this.#pieceTime = parseStamped(line.toString("latin1", 0, start)).time;
    this.#pieces.push(Buffer.from(line.subarray(start)));
    this.#hasPieces = isFull;
    if (!isFull) lines.push(this.#takePieces());
    return true;
  }

  #takePieces(): LogLine {
    const line = this.#joined("");
    this.#pieces.clear();
    this.#pieceTime = undefined;
    return line;
  }

  #joined(more: string): LogLine {
    const { text, cut } = this.#pieces.text();
    const time = this.#pieceTime;
    return {
      ...(time === undefined ? {} : { time }),
      text: text + more,
      ...(cut === undefined ? {} : { cut }),
    };
  }
}

/** How long the time in front of a line is, its blank included. */
function stampLength(line: Buffer): number {
  const begin = line.toString("latin1", 0, Math.min(line.length, LONGEST_STAMP));
  return begin.length - parseStamped(begin).text.length;
}

function hasLongLine(bytes: Buffer): boolean {
  for (let at = 0; at + PIECE_BYTES < bytes.length; ) {
    const newline = bytes.lastIndexOf(NEWLINE, at + PIECE_BYTES);
    if (newline <= at) return true;
    at = newline;
  }
  return false;
}

function* split(bytes: Buffer): Generator<Buffer> {
  let at = 0;
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, at)) {
    yield bytes.subarray(at, end);
    at = end + 1;
  }
  yield bytes.subarray(at);
}
