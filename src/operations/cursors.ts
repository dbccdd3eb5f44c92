import { InvalidInputError } from "../jobs/invalid-input.ts";
import type { Seals } from "./seals.ts";

const LIFE_HOURS = 24;

/** Which cursor, as its refusal calls it. */
interface Kind {
  tool: "job_list" | "job_logs";
  /** What a call without it does. */
  without: string;
}

/**
 * Cursors of one caller. They are sealed though they show nothing that the caller may not see: one that was copied
 * wrong would skip jobs in silence, and one made up could begin to read inside a private key.
 */
export class Cursors {
  readonly #seals: Seals;

  constructor(seals: Seals) {
    this.#seals = seals;
  }

  write({ tool }: Kind, place: Buffer): string {
    return this.#seals.seal(`cursor ${tool}`, place, LIFE_HOURS * 3_600_000);
  }

  /** The reverse. @throws {InvalidInputError} it is not a cursor of this kind and caller, or too old */
  read(kind: Kind, cursor: string): Buffer {
    const opened = this.#seals.open(`cursor ${kind.tool}`, cursor);
    if (opened === "unknown") throw notOurs(kind);
    if (opened !== "expired") return opened.body;
    throw new InvalidInputError(
      `cursor is too old, it was good for ${LIFE_HOURS} hours: leave it out to ${kind.without}.`,
    );
  }
}

/** Also for one of another version of this server. */
export function notOurs({ tool, without }: Kind): InvalidInputError {
  return new InvalidInputError(
    `cursor is not one that ${tool} gave here: it was cut or altered, or was given to somebody else or by another server. Leave it out to ${without}.`,
  );
}
