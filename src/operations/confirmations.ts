import type { JobDescription } from "../client/index.ts";
import type { Signal } from "../jobs/signals.ts";
import { packIds, unpackIds } from "./packed-ids.ts";
import type { Seals, Unfit as Unopened } from "./seals.ts";

const COUNT_BYTES = 2;
const MOST_NOTES = 20;

/** What is done once somebody confirms it. */
export type Deed = "kill" | /** To what runs since so many restarts. */ `signal ${Signal} run ${number}`;

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
export type Unfit = Unopened | "used";

/**
 * Tokens that stand for exactly the jobs that were shown. They are sealed, so that every server with the caller's key
 * takes them; what is kept here is which were used, and notes for a better answer.
 */
export class Confirmations {
  readonly #seals: Seals;
  /** When each used token would have expired. */
  readonly #used = new Map<string, number>();
  readonly #notes = new Map<string, Note>();

  constructor(seals: Seals) {
    this.#seals = seals;
  }

  /** A token that is good for `lifeMs`. */
  issue(deed: Deed, { leftCount, ...note }: Note & { leftCount: number }, lifeMs: number): string {
    const count = Buffer.alloc(COUNT_BYTES);
    count.writeUInt16BE(Math.min(leftCount, 0xffff));
    const body = Buffer.concat([count, packIds(note.jobs.map(({ id }) => id))]);
    const token = this.#seals.seal(purposeOf(deed), body, lifeMs);
    this.#notes.set(token, note);
    for (const [oldest] of this.#notes) {
      if (this.#notes.size <= MOST_NOTES) break;
      this.#notes.delete(oldest);
    }
    return token;
  }

  read(deed: Deed, token: string): Shown | Unfit {
    const opened = this.#open(deed, token);
    if (typeof opened === "string") return opened;
    const { body } = opened;
    const note = this.#notes.get(token);
    return { ids: unpackIds(body.subarray(COUNT_BYTES)), leftCount: body.readUInt16BE(), note };
  }

  /** Uses a token; says why where it cannot be used any more. */
  use(deed: Deed, token: string): Unfit | undefined {
    const opened = this.#open(deed, token);
    if (typeof opened === "string") return opened;
    for (const [other, endMs] of this.#used) if (endMs < Date.now()) this.#used.delete(other);
    this.#used.set(opened.mark, opened.endMs);
    this.#notes.delete(token);
    return undefined;
  }

  #open(deed: Deed, token: string) {
    const opened = this.#seals.open(purposeOf(deed), token);
    return typeof opened !== "string" && this.#used.has(opened.mark) ? "used" : opened;
  }
}

function purposeOf(deed: Deed): string {
  return `confirm ${deed}`;
}
