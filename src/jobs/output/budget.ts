import { StringDecoder } from "node:string_decoder";
import { counted } from "../words.ts";

/** Head and tail of a text, and how much lies between. */
export interface Kept {
  head: string[];
  tail: string[];
  omittedLines: number;
  /** UTF-8 bytes of the lines between, with their line ends. */
  omittedBytes: number;
}

/** Room for the note about what is missing. */
const NOTE_BYTES = 80;
const HEAD_SHARE = 0.25;

/** The size of a text in UTF-8 bytes. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text, "utf8");
}

/**
 * Keeps the first and last lines that fit `maxBytes`, a quarter for the head, whole lines where possible. What
 * `joinKept` makes of it fits `maxBytes`, if that has room for its note at all (80 bytes).
 */
export function keepHeadAndTail(lines: readonly string[], maxBytes: number): Kept {
  const sizes = lines.map((line) => byteLength(line) + 1);
  const total = sum(sizes);
  if (total - 1 <= maxBytes) return { head: [...lines], tail: [], omittedLines: 0, omittedBytes: 0 };
  const room = Math.max(0, maxBytes - NOTE_BYTES);
  const headLines = countFitting(sizes, room * HEAD_SHARE);
  const headBytes = sum(sizes.slice(0, headLines));
  const tailLines = countFitting(sizes.slice(headLines).reverse(), room - headBytes);
  if (tailLines === 0) return cutLastLine(lines, { headLines, headBytes, total, room });
  const tailBytes = sum(sizes.slice(lines.length - tailLines));
  return {
    head: lines.slice(0, headLines),
    tail: lines.slice(lines.length - tailLines),
    omittedLines: lines.length - headLines - tailLines,
    omittedBytes: total - headBytes - tailBytes,
  };
}

/** Keeps the first lines that fit `maxBytes`, of the first one at least its ends. */
export function keepHead(lines: readonly string[], maxBytes: number): Kept {
  const sizes = lines.map((line) => byteLength(line) + 1);
  const count = countFitting(sizes, maxBytes + 1);
  const head = count > 0 ? lines.slice(0, count) : lines.slice(0, 1).map((line) => capText(line, maxBytes));
  const omittedLines = lines.length - head.length;
  return { head, tail: [], omittedLines, omittedBytes: sum(sizes.slice(head.length)) };
}

/** The last line alone is too long: show its end. */
function cutLastLine(
  lines: readonly string[],
  { headLines, headBytes, total, room }: Record<"headLines" | "headBytes" | "total" | "room", number>,
): Kept {
  const end = lastBytes(lines.at(-1) ?? "", Math.max(0, room - headBytes - 1));
  return {
    head: lines.slice(0, headLines),
    tail: end === "" ? [] : [end],
    omittedLines: lines.length - headLines - (end === "" ? 0 : 1),
    omittedBytes: total - headBytes - byteLength(end) - 1,
  };
}

/** Head and tail as one text; `… 1,234 lines, 56.1 kB not shown …` stands between them. */
export function joinKept({ head, tail, omittedLines, omittedBytes }: Kept): string {
  if (omittedBytes === 0) return [...head, ...tail].join("\n");
  const lines = omittedLines === 0 ? "" : `${counted(omittedLines, "line")}, `;
  return [...head, `… ${lines}${formatBytes(omittedBytes)} not shown …`, ...tail].join("\n");
}

/** Cuts one text to `maxBytes`, keeping head and tail, by lines where it has lines. */
export function capText(text: string, maxBytes: number): string {
  if (byteLength(text) <= maxBytes) return text;
  const capped = joinKept(keepHeadAndTail(text.split("\n"), maxBytes));
  return byteLength(capped) <= maxBytes ? capped : firstBytes(capped, maxBytes);
}

/** The longest start of a text that fits `maxBytes` of UTF-8, no character split. */
export function firstBytes(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text, "utf8").subarray(0, Math.max(0, Math.floor(maxBytes)));
  // The decoder holds back a character that is not complete.
  return new StringDecoder("utf8").write(bytes);
}

/** The longest end of a text that fits `maxBytes` of UTF-8, no character split. */
export function lastBytes(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text, "utf8");
  if (bytes.length <= maxBytes) return text;
  let start = bytes.length - Math.max(0, Math.floor(maxBytes));
  while (start < bytes.length && isContinuation(bytes[start])) start += 1;
  return bytes.toString("utf8", start);
}

/**
 * Shares one budget among several needs: who needs less than an equal share gets what it needs, and the rest
 * goes to the others. The shares never sum to more than `total`.
 */
export function shareBudget(needs: readonly number[], total: number): number[] {
  const shares = needs.map(() => 0);
  let left = Math.max(0, total);
  const smallestFirst = needs.map((need, index) => ({ need, index })).sort((a, b) => a.need - b.need);
  for (const [served, { need, index }] of smallestFirst.entries()) {
    const share = Math.min(need, Math.floor(left / (needs.length - served)));
    shares[index] = share;
    left -= share;
  }
  return shares;
}

/** A size in decimal units, as disks and budgets count: `812 B`, `56.1 kB`, `1.2 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} B`;
  const units = ["kB", "MB", "GB", "TB", "PB"];
  // From 999.95 on, one decimal would print as 1000.0.
  const power = units.findIndex((_, index) => bytes < 999.95 * 1000 ** (index + 1));
  const at = power < 0 ? units.length - 1 : power;
  return `${(bytes / 1000 ** (at + 1)).toFixed(1).replace(/\.0$/, "")} ${units[at]}`;
}

function countFitting(sizes: readonly number[], room: number): number {
  let used = 0;
  let count = 0;
  for (const size of sizes) {
    used += size;
    if (used > room) break;
    count += 1;
  }
  return count;
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
