import { InvalidInputError } from "../../jobs/invalid-input.ts";
import type { Redact } from "../../jobs/redact/index.ts";
import { type Asking, redactorFor } from "../caller.ts";
import { findTarget, type Meant, type Named } from "../find/owned.ts";
import { requireRunning } from "../find/running.ts";
import { bytesOf, kindAt, LEAD_BYTES, type Piece, TRAIL_BYTES, textOf } from "./piece.ts";
import { LOOK } from "./scripts.ts";
import { askShell, requirePath, type Said, unreadable, unusable } from "./shell.ts";

export const MOST_TEXT_BYTES = 12_000;
/** As base64 they take no more. */
export const MOST_DATA_BYTES = 9000;
const DEFAULT_BYTES = 8000;
const MOST_ENTRIES = 100;
/** Two names, and what `ls` says. */
const LONGEST_ENTRY_BYTES = 700;

const KINDS = ["file", "folder", "link", "other"] as const;

export interface Entry {
  name: string;
  kind: (typeof KINDS)[number];
  size?: number | undefined;
  /** As `ls` prints it. */
  rights?: string | undefined;
  /** As `ls` prints it, in the time zone of the job. */
  changed?: string | undefined;
}

/** What is at a path of a job. */
export type Found =
  | { kind: "folder"; entries: Entry[]; offset: number; total: number }
  | ({ kind: "text"; size: number; text: string } & Piece)
  | ({ kind: "data"; size: number; data: Buffer } & Piece)
  /** Data that is no text, which was not asked for. */
  | { kind: "binary"; size: number; from: number; of: string };

interface Wanted {
  path: string;
  /** Bytes of a file, entries of a folder; below 0 from the end of a file. */
  offset?: number | undefined;
  /** Bytes. */
  length?: number | undefined;
  /** Bytes are wanted, whatever they are. */
  asData?: boolean | undefined;
}

/** Lists a folder of a running job, or reads a piece of a file. */
export async function lookInJob(
  { path, offset, length, asData, ...named }: Named & Wanted,
  call: Asking,
): Promise<Meant & { found: Found }> {
  const target = await findTarget(named, call);
  return { ...target, found: await lookAt(target, { path, offset, length, asData }, call) };
}

/** The same in a job that is known. */
export async function lookAt(
  target: Meant,
  { path, offset = 0, length = DEFAULT_BYTES, asData = false }: Wanted,
  call: Asking,
): Promise<Found> {
  requirePath(path);
  requireRunning(target);
  const bytes = Math.min(length, asData ? MOST_DATA_BYTES : MOST_TEXT_BYTES);
  const args = [path, offset, bytes, LEAD_BYTES, TRAIL_BYTES, MOST_ENTRIES];
  const maxBytes = Math.max(LEAD_BYTES + bytes + TRAIL_BYTES, MOST_ENTRIES * LONGEST_ENTRY_BYTES) + 200;
  const said = await askShell(target, { script: LOOK, args, maxBytes }, call);
  if ("lost" in said) throw said.lost;
  if (said.word === "folder") return folderIn(said, Math.max(0, offset));
  if (said.word !== "file") throw unusable(said.word, path, target);
  const redact = redactorFor(call.caller, [target.job]);
  if (said.body.length === 0 && said.complaint !== "") throw unreadable(said, path, target);
  return pieceIn(said, { length: bytes, asData }, redact);
}

/** Names end with NUL, which is the one character that they cannot hold. */
function folderIn({ body }: Said, offset: number): Found {
  const fields = body.toString("utf8").split("\0");
  const total = Number(fields.pop());
  const entries = Array.from({ length: Math.floor(fields.length / 2) }, (_, index) =>
    entryOf(fields[2 * index] ?? "", fields[2 * index + 1] ?? ""),
  );
  return { kind: "folder", entries, offset, total };
}

/** `info` is a kind and a line of `ls`. */
function entryOf(name: string, info: string): Entry {
  const [, kind = "", rights, size, changed] =
    /^(\w+) (?:(\S+)\s+\d+\s+\S+\s+\S+\s+(?:\d+,\s*)?(\d+)\s+(\w+\s+\d+\s+[\d:]+)\s)?/.exec(info) ?? [];
  const known = KINDS.find((each) => each === kind) ?? "other";
  return { name, kind: known, size: known === "file" && size ? Number(size) : undefined, rights, changed };
}

function pieceIn({ numbers, body: bytes }: Said, { length, asData }: Pieces, redact: Redact): Found {
  const [said = 0, wanted = 0, start = 0] = numbers;
  // Files of /proc say that they are empty, those of /sys that they are a page.
  const end = bytes.length === 0 ? 0 : start + bytes.length;
  const size = end > 0 && end < wanted + length ? end : Math.max(said, end);
  const range = { offset: Math.min(wanted, size), length };
  const at = Math.min(start, size);
  if (!asData) {
    const of = kindAt({ bytes, at }, range);
    if (of !== undefined) return { kind: "binary", size, from: range.offset, of };
    return { kind: "text", size, ...textOf({ bytes, at }, range, redact) };
  }
  const piece = bytesOf({ bytes, at }, range, redact);
  if (piece !== undefined) return { kind: "data", size, ...piece };
  throw new InvalidInputError(
    "There is what looks like a secret in or near these bytes: they are given as text only, without it.",
    { argument: "base64" },
  );
}

interface Pieces {
  length: number;
  asData: boolean;
}
