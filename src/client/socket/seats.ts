import { type CallOptions, orTimeOut } from "../call.ts";
import { PlatformError } from "../errors.ts";
import { beforeSending } from "../http/network-error.ts";

export interface SeatLimits {
  /** Sockets open at once in the whole process. */
  total: number;
  /** Of one platform. */
  each: number;
}

/** Left to those who have less than an equal share. */
const RESERVED_SHARE = 0.25;
/** How long a call without a limit of its own waits. */
const LONGEST_WAIT_MS = 30_000;

interface Guest {
  held: number;
  /** Those who wait, longest first; each is told that it has a seat. */
  waiting: Set<() => void>;
}

/**
 * Bounds the WebSockets of several platforms that one process connects to, one for each of its callers. Who follows
 * logs holds sockets for hours, so a line alone would not be fair: the last quarter is for those who have less than
 * an equal share, and the next free one is for who has least.
 */
export class Seats {
  readonly #limits: SeatLimits;
  /** Those who hold or wait. */
  readonly #guests = new Set<Guest>();
  #taken = 0;

  constructor(limits: SeatLimits) {
    this.#limits = limits;
  }

  /** For one platform: what takes a seat, and gives what returns it. */
  forOne(): TakeSeat {
    const guest: Guest = { held: 0, waiting: new Set() };
    return async (what, call) => {
      this.#guests.add(guest);
      if (guest.waiting.size > 0 || !this.#isFreeFor(guest)) await this.#wait(guest, what, call);
      else this.#seat(guest);
      let isHeld = true;
      return () => {
        if (isHeld) this.#return(guest);
        isHeld = false;
      };
    };
  }

  async #wait(guest: Guest, what: string, call: CallOptions): Promise<void> {
    let take = () => {};
    const seated = new Promise<void>((resolve) => {
      take = resolve;
    });
    guest.waiting.add(take);
    try {
      await beforeSending(orTimeOut(seated, { timeoutMs: LONGEST_WAIT_MS, ...call }, what));
    } catch (error) {
      // It may have been seated while its time ran out.
      if (!guest.waiting.delete(take)) this.#return(guest);
      this.#leave(guest);
      throw isTimeOut(error) ? this.#full(what, error) : error;
    }
  }

  #return(guest: Guest): void {
    guest.held -= 1;
    this.#taken -= 1;
    this.#leave(guest);
    for (let next = this.#next(); next !== undefined; next = this.#next()) this.#seatFirst(next);
  }

  #next(): Guest | undefined {
    const waiting = [...this.#guests].filter((guest) => guest.waiting.size > 0 && this.#isFreeFor(guest));
    return waiting.sort((a, b) => a.held - b.held)[0];
  }

  #seatFirst(guest: Guest): void {
    const [take] = guest.waiting;
    if (take === undefined) return;
    guest.waiting.delete(take);
    this.#seat(guest);
    take();
  }

  #seat(guest: Guest): void {
    guest.held += 1;
    this.#taken += 1;
  }

  #leave(guest: Guest): void {
    if (guest.held === 0 && guest.waiting.size === 0) this.#guests.delete(guest);
  }

  #isFreeFor({ held }: Guest): boolean {
    const { total, each } = this.#limits;
    if (held >= each || this.#taken >= total) return false;
    return this.#taken < total * (1 - RESERVED_SHARE) || held < total / this.#guests.size;
  }

  #full(what: string, cause: unknown): PlatformError {
    const said = `${what}: all connections to the platform that this caller may have (${this.#limits.each}, fewer while others call much) are in use.`;
    const details = { cause, said, outcome: "nothing" } as const;
    return new PlatformError(
      "rate_limited",
      `${said} Stop following some logs, or try again later.`,
      details,
    );
  }
}

function isTimeOut(error: unknown): boolean {
  return error instanceof PlatformError && error.code === "timed_out";
}

/** Waits for a seat as long as the call may; resolves to what returns it. @throws {PlatformError} `rate_limited` */
export type TakeSeat = (what: string, call: CallOptions) => Promise<() => void>;
