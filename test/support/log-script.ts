import type { IncomingMessage } from "node:http";
import { StringDecoder } from "node:string_decoder";
import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import type { WebSocket } from "ws";

/** Where a container runtime cuts a line in two; containerd's. */
export const PIECE_BYTES = 16_384;

/** What a job prints, and how badly the connections to its log fare. */
export interface Printout {
  lines: ScriptLine[];
  /** Between the times of a long line's pieces. */
  pieceGapUs: number;
  /** The last line has no newline. */
  isUnfinished: boolean;
  /** After how many bytes the first connections are lost. */
  drops: number[];
  /** Sizes of the frames, over and over. */
  frames: number[];
}

/** The log of a job that has ended. */
export interface LogScript extends Printout {
  /** How many lines the archive holds on the first connection, the second, and so on. */
  archived: number[];
}

export interface ScriptLine {
  /** Microseconds since 1970. */
  atUs: number;
  bytes: Buffer;
}

const LOG_BEGINS_US = Date.parse("2026-08-01T10:00:00Z") * 1000;

const AWKWARD = [
  ...["", " ", "\r", "a\rb", "\0", "\u001b[2J\u001b]0;x\u0007", "2026-08-01T10:00:01Z again"],
  // Characters that are not whole, and a mark of byte order.
  ...["a\u00f0\u009f", "\u00c3", "\u009f\u0098\u0080", "\u00ef\u00bb\u00bf"],
];

/** What a program may print in a line: text of any script, terminal codes, bytes that are no text, long lines. */
const content: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: "binary", maxLength: 30 }).map((text) => Buffer.from(text)) },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 2, arbitrary: fc.constantFrom(...AWKWARD).map((text) => Buffer.from(text, "latin1")) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom("x", "é", "€", "🚀", "\r", "\0"), fc.integer({ min: 10_000, max: 360_000 }))
      .map(([unit, count]) => Buffer.from(`<${unit.repeat(count / unit.length)}>`)),
  },
);

const withoutNewlines = content
  .map((bytes) => Buffer.from(bytes.map((byte) => (byte === 10 ? 32 : byte))))
  // Nothing tells such a line from the first piece of a longer one.
  .filter(({ length }) => length === 0 || length % PIECE_BYTES !== 0);

/** Lines of one moment, of one second, and of moments far apart. */
const gapUs = fc.oneof(
  fc.constant(0),
  fc.integer({ max: 2000, min: 0 }),
  fc.integer({ max: 20_000_000, min: 0 }),
);

const steps = fc.array(fc.tuple(gapUs, withoutNewlines), { minLength: 1, maxLength: 24, size: "max" });

/** Nothing is printed between the pieces of a line, or in the microsecond of its last one: no reader could tell. */
function timed(printed: [number, Buffer][], pieceGapUs: number): ScriptLine[] {
  let nextUs = LOG_BEGINS_US;
  return printed.map(([gap, bytes]) => {
    const atUs = nextUs + gap;
    const lastPieceUs = Math.floor(bytes.length / PIECE_BYTES) * pieceGapUs;
    nextUs = atUs + (lastPieceUs === 0 ? 0 : lastPieceUs + 1);
    return { atUs, bytes };
  });
}

export const printout: fc.Arbitrary<Printout> = fc
  .record({
    steps,
    pieceGapUs: fc.constantFrom(0, 3, 1500, 1_200_000),
    isUnfinished: fc.boolean(),
    drops: fc.array(fc.oneof(fc.nat({ max: 2000 }), fc.nat({ max: 1_500_000 })), { maxLength: 2 }),
    frames: fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 4 }),
  })
  .map(({ steps: printed, ...rest }) => ({ ...rest, lines: timed(printed, rest.pieceGapUs) }));

const archived = fc
  .array(fc.nat({ max: 24 }), { minLength: 1, maxLength: 5 })
  .map((counts) => counts.toSorted((one, other) => one - other));

export const logScript: fc.Arbitrary<LogScript> = fc
  .tuple(printout, archived)
  .map(([printed, counts]) => ({ ...printed, archived: counts }));

/** A reader sees this of the lines: what is no UTF-8 as U+FFFD. A last character may still get its other bytes. */
export function shownTexts({ lines }: Printout, { isOpen }: { isOpen: boolean }): string[] {
  return lines.map(({ bytes }, index) =>
    isOpen && index === lines.length - 1 ? new StringDecoder("utf8").write(bytes) : bytes.toString("utf8"),
  );
}

/** Plays one connection after the other as the platform does: the archive, a separator, what is not archived yet. */
export function logPlayer(script: LogScript) {
  let connection = 0;
  return async (socket: WebSocket, { url = "" }: IncomingMessage): Promise<void> => {
    const drop = script.drops[connection];
    const bytes = sent(script, new URL(url, "http://x").searchParams, connection);
    connection += 1;
    await sendIn(script.frames, socket, bytes.subarray(0, drop));
    if (drop === undefined) socket.close(1000);
    else socket.terminate();
  };
}

function sent(
  { lines, archived, isUnfinished, pieceGapUs }: LogScript,
  query: URLSearchParams,
  connection: number,
): Buffer {
  const inArchive = archived[Math.min(connection, archived.length - 1)];
  return bothParts(
    { old: lines.slice(0, inArchive), live: lines.slice(inArchive), pieceGapUs, isUnfinished },
    query,
  );
}

/** The archive, a separator, and what is not archived yet. */
export function bothParts(
  given: { old: ScriptLine[]; live: ScriptLine[] } & Pick<Printout, "pieceGapUs" | "isUnfinished">,
  query: URLSearchParams,
): Buffer {
  const { pieceGapUs, isUnfinished } = given;
  const sinceUs = Date.parse(query.get("since") ?? "1970-01-01T00:00:00Z") * 1000;
  const write = (some: ScriptLine[], digits: number, fromUs: number) =>
    some.flatMap((line) => written(line, { digits, pieceGapUs, sinceUs: fromUs }));
  const old = write(given.old, 6, sinceUs);
  // What is not archived is filtered by whole seconds.
  const live = write(given.live, 9, Math.floor(sinceUs / 1_000_000) * 1_000_000);
  const separator = old.length > 0 && live.length > 0 ? [Buffer.from(`${query.get("separator")}\n`)] : [];
  const all = Buffer.concat([...old, ...separator, ...live]);
  return isUnfinished && live.length > 0 ? all.subarray(0, -1) : all;
}

export async function sendIn(frames: readonly number[], socket: WebSocket, bytes: Buffer): Promise<void> {
  const least = bytes.length > 50_000 ? 4000 : 0;
  for (let at = 0, frame = 0; at < bytes.length; frame += 1) {
    const size = Math.max(frames[frame % frames.length] ?? 1, frame % 2, least);
    socket.send(bytes.subarray(at, at + size));
    at += size;
    if (frame % 16 === 0) await turn();
  }
}

/** A line with its time, or the pieces that a container runtime made of it; only what is not older than `sinceUs`. */
function written(
  { atUs, bytes }: ScriptLine,
  { digits, pieceGapUs, sinceUs }: { digits: number; pieceGapUs: number; sinceUs: number },
): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += PIECE_BYTES) {
    const pieceUs = atUs + (at / PIECE_BYTES) * pieceGapUs;
    const piece = bytes.subarray(at, at + PIECE_BYTES);
    if (pieceUs >= sinceUs) pieces.push(Buffer.from(`${stamp(pieceUs, digits)} `), piece, Buffer.from("\n"));
  }
  return pieces;
}

function stamp(atUs: number, digits: number): string {
  const seconds = new Date(Math.floor(atUs / 1_000_000) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(atUs % 1_000_000)
    .padStart(6, "0")
    .padEnd(digits, "7")}Z`;
}
