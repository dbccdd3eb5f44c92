import { binaryKind } from "../../jobs/output/binary.ts";
import { showText } from "../../jobs/output/terminal.ts";
import { type Redact, redactFrom } from "../../jobs/redact/index.ts";
import { MARK } from "../../jobs/redact/spans.ts";

/** The longest private key takes no more: whatever hides in a file is known by what is around it. */
export const LEAD_BYTES = 16_384;
export const TRAIL_BYTES = 4096;
/** How far a piece goes beyond what was asked for, to begin and to end with a line. */
const LONGEST_END = 2000;
const NEWLINE = 10;

/** A part of a file as it was read, with what stands around the part that was asked for. */
export interface Window {
  bytes: Buffer;
  /** Where in the file it begins. */
  at: number;
}

/** In bytes of the file. */
export interface Range {
  offset: number;
  length: number;
}

/** What may be shown of a file. */
export interface Piece {
  from: number;
  to: number;
  hidden: number;
}

/** Of what kind the data is where a range begins; undefined for text. */
export function kindAt({ bytes, at }: Window, { offset, length }: Range): string | undefined {
  const start = textStart(bytes, offset - at);
  return binaryKind(bytes.subarray(start, start + length));
}

/** The bytes of a range; undefined where text around it holds a secret, which bytes would show. */
export function bytesOf(window: Window, { offset, length }: Range, redact: Redact) {
  const { bytes, at } = window;
  const data = bytes.subarray(offset - at, offset - at + length);
  if (marks(redacted(linesOf(bytes), redact)) > marks(linesOf(bytes))) return undefined;
  return { data, from: offset, to: offset + data.length, hidden: 0 };
}

/**
 * The lines of a range, without what a reading of the whole file would hide. It begins and ends with whole lines
 * where they are not too long, so that none of their secrets is cut to an unknown form.
 */
export function textOf(window: Window, range: Range, redact: Redact): Piece & { text: string } {
  const { bytes, at } = window;
  const start = startOf(window, range);
  const end = endOf(window, range);
  const piece = bytes.subarray(start.at, end.at);
  const before = bytes.subarray(0, start.at).filter((byte) => byte === NEWLINE).length;
  const pieceLines = linesOf(piece);
  const whole = linesOf(bytes);
  const safe = redacted(whole, redact);
  const isLast = (index: number) => index === pieceLines.length - 1;
  const shown = pieceLines.map((line, index) => {
    const safeLine = safe[before + index] ?? "";
    const isCut = (index === 0 && start.isCut) || (isLast(index) && end.isCut);
    // Of a long line only a part is wanted: what is hidden in the rest of it cannot be told apart.
    if (isCut) return safeLine === whole[before + index] ? line : MARK;
    return isLast(index) && line === "" ? "" : safeLine;
  });
  const hidden = Math.max(0, marks(shown) - marks(pieceLines));
  return { text: shown.join("\n"), from: at + start.at, to: at + end.at, hidden };
}

interface Edge {
  /** In the window. */
  at: number;
  /** Within a line. */
  isCut: boolean;
}

function startOf({ bytes, at }: Window, { offset }: Range): Edge {
  const wanted = Math.min(bytes.length, offset - at);
  // Whoever follows a file has seen what is before its end.
  if (wanted === bytes.length) return { at: wanted, isCut: false };
  const line = wanted === 0 ? 0 : bytes.lastIndexOf(NEWLINE, wanted - 1) + 1;
  const isKnown = line > 0 || at === 0;
  if (isKnown && wanted - line <= LONGEST_END) return { at: line, isCut: false };
  return { at: textStart(bytes, wanted), isCut: true };
}

function endOf({ bytes, at }: Window, { offset, length }: Range): Edge {
  const first = offset - at;
  const wanted = first + length;
  if (wanted >= bytes.length) return { at: bytes.length, isCut: false };
  const last = bytes.lastIndexOf(NEWLINE, wanted - 1);
  if (last >= first) return { at: last + 1, isCut: false };
  const next = bytes.indexOf(NEWLINE, wanted);
  if (next >= 0 && next - wanted < LONGEST_END) return { at: next + 1, isCut: false };
  return { at: textStart(bytes, wanted), isCut: true };
}

/** The next place where a character begins. */
function textStart(bytes: Uint8Array, at: number): number {
  const isWithin = (index: number) => ((bytes[index] ?? 0) & 0xc0) === 0x80;
  const start = [at, at + 1, at + 2, at + 3].find((index) => !isWithin(index));
  return Math.min(bytes.length, start ?? at);
}

/** Each line as a terminal would show it: their number stays. */
function linesOf(bytes: Buffer): string[] {
  return bytes
    .toString("utf8")
    .split("\n")
    .map((line) => showText(line));
}

function redacted(lines: readonly string[], redact: Redact): string[] {
  return redactFrom(redact, lines.join("\n")).text.split("\n");
}

function marks(lines: readonly string[]): number {
  return lines.join("\n").split(MARK).length - 1;
}
