import { createHmac, timingSafeEqual } from "node:crypto";
import type { JobDescription } from "../client/index.ts";
import type { Signal } from "../jobs/signals.ts";

const MAC_BYTES = 16;
const HEAD_BYTES = 6;
const UUID_ID = /^job-([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/;
const MOST_NOTES = 20;

/** What is done once somebody confirms it. */
export type Deed = "kill" | `signal ${Signal}`;

/** What a token stands for. */
interface Shown {
  /** The jobs, by id. */
  ids: string[];
  /** So many others fitted the selection and are left alone. */
  leftCount: number;
  note: Note | undefined;
}

/** How things stood when they were shown, as far as this process remembers. */
export interface Note {
  jobs: readonly JobDescription[];
  /** Some of those left alone. */
  left: readonly JobDescription[];
}

/** Why a token is refused. */
export type Unfit = "unknown" | "expired" | "used";

/**
 * Tokens that stand for exactly the jobs that were shown. They are signed with a key of the login, so that every
 * server with the same login takes them; what is kept here is which were used, and notes for a better answer.
 */
export class Confirmations {
  readonly #keyFor: (purpose: string) => Uint8Array;
  /** When each used token would have expired. */
  readonly #used = new Map<string, number>();
  readonly #notes = new Map<string, Note>();

  constructor(keyFor: (purpose: string) => Uint8Array) {
    this.#keyFor = keyFor;
  }

  /** A token that is good for `lifeMs`. */
  issue(deed: Deed, { leftCount, ...note }: Note & { leftCount: number }, lifeMs: number): string {
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeUInt32BE(Math.floor((Date.now() + lifeMs) / 1000));
    head.writeUInt16BE(Math.min(leftCount, 0xffff), 4);
    const body = Buffer.concat([head, ...note.jobs.map(({ id }) => packId(id))]);
    const mac = this.#macOf(deed, body);
    this.#notes.set(mac.toString("hex"), note);
    for (const [oldest] of this.#notes) {
      if (this.#notes.size <= MOST_NOTES) break;
      this.#notes.delete(oldest);
    }
    return Buffer.concat([mac, body]).toString("base64url");
  }

  read(deed: Deed, token: string): Shown | Unfit {
    const bytes = Buffer.from(token, "base64url");
    const [mac, body] = [bytes.subarray(0, MAC_BYTES), bytes.subarray(MAC_BYTES)];
    if (body.length < HEAD_BYTES || !timingSafeEqual(mac, this.#macOf(deed, body))) return "unknown";
    const key = mac.toString("hex");
    if (this.#used.has(key)) return "used";
    if (body.readUInt32BE() * 1000 < Date.now()) return "expired";
    const note = this.#notes.get(key);
    return { ids: unpackIds(body.subarray(HEAD_BYTES)), leftCount: body.readUInt16BE(4), note };
  }

  /** Uses a token that was read; false where it was used meanwhile. */
  use(token: string): boolean {
    const bytes = Buffer.from(token, "base64url");
    const key = bytes.subarray(0, MAC_BYTES).toString("hex");
    if (this.#used.has(key)) return false;
    for (const [other, endMs] of this.#used) if (endMs < Date.now()) this.#used.delete(other);
    this.#used.set(key, bytes.readUInt32BE(MAC_BYTES) * 1000);
    this.#notes.delete(key);
    return true;
  }

  #macOf(deed: Deed, body: Uint8Array): Buffer {
    return createHmac("sha256", this.#keyFor(`confirm ${deed}`))
      .update(body)
      .digest()
      .subarray(0, MAC_BYTES);
  }
}

/** An agent has to repeat the whole token: the usual id takes 17 bytes instead of 41. */
function packId(id: string): Buffer {
  const parts = UUID_ID.exec(id);
  if (parts !== null) return Buffer.concat([Buffer.of(0), Buffer.from(parts.slice(1).join(""), "hex")]);
  const text = Buffer.from(id);
  return Buffer.concat([Buffer.of(text.length), text]);
}

function unpackIds(bytes: Buffer): string[] {
  const ids: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt8(at);
    const end = at + 1 + (length === 0 ? 16 : length);
    const piece = bytes.subarray(at + 1, end);
    ids.push(length === 0 ? uuidId(piece.toString("hex")) : piece.toString());
    at = end;
  }
  return ids;
}

function uuidId(hex: string): string {
  return `job-${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-")}`;
}
