import { type Cut, LongLine, type ShownPart } from "./long-line.ts";

const NEWLINE = 10;
/** Container runtimes cut longer lines into pieces of this size, each with its own timestamp. */
const PIECE_BYTES = 16_384;
/** No date that does not exist, such as a program may print: nothing could be compared with it. */
const STAMP =
  /^(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3])(?::[0-5]\d){2})(\.\d+)?(?:Z|\+00:00|([+-](?:0\d|1[0-4]):?[0-5]\d)) ?/;
/** The beginning of a timestamp whose rest has not arrived. */
const STAMP_BEGUN = /^\d{1,4}$|^\d{4}-[\d:.T+-]{0,40}$/;
const LONGEST_STAMP = 48;
const NOTHING = Buffer.alloc(0);

/** One line of a log, as printed; `time` as the platform wrote it. */
export interface LogLine {
  /** When it was printed, ISO 8601, as fine as the platform tells it. */
  time?: string;
  /** Without its newline, with its colours. */
  text: string;
  /** Not finished: more of it may follow, and no cursor leads past it. */
  open?: true;
  /** Characters of a very long line that are not in `text`. */
  cut?: Cut;
}

/** Takes the timestamp off a line read with `timestamps=true`. Source: protocol reference 4.2. */
export function parseStamped(line: string): LogLine {
  const found = STAMP.exec(line);
  if (found === null) return { text: line };
  return { time: found[0].trimEnd(), text: line.slice(found[0].length) };
}

/**
 * A key that orders timestamps as text. The archive keeps microseconds and the live part nanoseconds of the same
 * line, so both are cut to microseconds.
 */
export function timeKey(time: string): string {
  const found = STAMP.exec(time);
  if (found?.[1] === undefined) return "";
  const fraction = (found[2] ?? "").slice(1, 7).padEnd(6, "0");
  if (found[3] === undefined) return `${found[1]}.${fraction}`;
  const seconds = new Date(`${found[1]}${found[3]}`).toISOString().slice(0, 19);
  return `${seconds}.${fraction}`;
}

/**
 * Cuts the bytes of a log into lines. Characters may be split anywhere; a line that the container runtime cut into
 * pieces is put together; of an endless line only the beginning and the end are kept.
 */
export class LogLines {
  readonly #open = new LongLine();
  /** Pieces of a line of which more will come. */
  readonly #pieces = new LongLine();
  /** The first piece's timestamp, while there are pieces. */
  #pieceStamp: LogLine | undefined;

  /** Whether the next byte begins a line. */
  get isBetween(): boolean {
    return this.#open.isEmpty && this.#pieceStamp === undefined;
  }

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

  /** The unfinished line; unless it is the last one, without a last character that is incomplete. */
  rest({ isLast = false }: { isLast?: boolean } = {}): LogLine | undefined {
    const isOpen = !isLast;
    if (this.#pieceStamp !== undefined)
      return { ...this.#joined({ isOpen, more: this.#begunPiece() }), open: true };
    if (this.#open.isEmpty) return undefined;
    const { text, cut } = this.#open.text({ isOpen });
    const line = unstamped(text, cut);
    return line.time === undefined && STAMP_BEGUN.test(text) ? undefined : { ...line, open: true };
  }

  /** Decodes all whole lines at once: a call for each would cost more than the line. */
  #wholeLines(bytes: Buffer, lines: LogLine[]): void {
    if (this.#pieceStamp !== undefined || hasLongLine(bytes)) {
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
      lines.push(unstamped(text, cut));
    }
    this.#open.clear();
  }

  /** Keeps a line that is a piece of a longer one; the last piece completes it. */
  #isPiece(line: Buffer, lines: LogLine[]): boolean {
    const start = stampLength(line);
    if (start === 0) return false;
    const isFull = line.length - start === PIECE_BYTES;
    if (!isFull && this.#pieceStamp === undefined) return false;
    this.#pieceStamp ??= parseStamped(line.toString("latin1", 0, start));
    this.#pieces.push(Buffer.from(line.subarray(start)));
    if (isFull) return true;
    lines.push(this.#joined());
    this.#pieces.clear();
    this.#pieceStamp = undefined;
    return true;
  }

  /** What there is of the next piece, without its timestamp. */
  #begunPiece(): Buffer {
    const bytes = this.#open.whole ?? NOTHING;
    const isStampOnly = STAMP_BEGUN.test(bytes.toString("latin1", 0, LONGEST_STAMP));
    return isStampOnly ? NOTHING : bytes.subarray(stampLength(bytes));
  }

  #joined(options?: ShownPart): LogLine {
    const { text, ...cut } = this.#pieces.text(options);
    return { ...this.#pieceStamp, text, ...cut };
  }
}

/** The place of what was left out is counted without the timestamp. */
function unstamped(stamped: string, cut: Cut | undefined): LogLine {
  const line = parseStamped(stamped);
  if (cut === undefined) return line;
  return { ...line, cut: { ...cut, at: cut.at - (stamped.length - line.text.length) } };
}

/** Length of the timestamp in front of a line, its blank included. */
function stampLength(line: Buffer): number {
  const begin = line.toString("latin1", 0, LONGEST_STAMP);
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
