import type { Platform } from "../../client/index.ts";
import { log } from "../../log.ts";
import { type Caller, type CallerOptions, openCaller, type Policy } from "../../operations/caller.ts";
import { listForwards } from "../../operations/forward.ts";

const IDLE_MS = 600_000;
const MOST_CALLERS = 1000;

/** Nobody can be let in now: as many callers as there may be are in use, or the server is ending. */
export class NoRoomError extends Error {
  override readonly name = "NoRoomError";
}

/** The use of a caller by a request or a session, until it is `done`. */
export interface Lease {
  /** Tells one caller from another; it is no secret. */
  readonly id: string;
  readonly caller: Caller;
  /** Fires when the caller is closed while it is in use: its token is not accepted any more, or the server ends. */
  readonly closed: AbortSignal;
  done(): void;
}

interface Entry {
  readonly id: string;
  readonly caller: Caller;
  readonly closing: AbortController;
  uses: number;
  idle?: NodeJS.Timeout;
}

export interface CallersOptions extends Pick<CallerOptions, "observer"> {
  policy: Policy;
  /** How long one that nobody uses stays open, in milliseconds; 10 minutes by default. */
  idleMs?: number;
  /** How many are open at once; 1,000 by default. The one longest idle is closed for another. */
  most?: number;
}

/** The callers of one process, each opened on demand, shared by its requests and sessions, and closed when idle. */
export class Callers {
  readonly #policy: Policy;
  readonly #observer: CallerOptions["observer"];
  readonly #idleMs: number;
  readonly #most: number;
  /** Those that nobody uses stand in the order in which they fell idle. */
  readonly #entries = new Map<string, Entry>();
  #hasEnded = false;

  constructor({ policy, observer, idleMs = IDLE_MS, most = MOST_CALLERS }: CallersOptions) {
    this.#policy = policy;
    this.#observer = observer;
    this.#idleMs = idleMs;
    this.#most = most;
  }

  /** How many are open. */
  get size(): number {
    return this.#entries.size;
  }

  /** The caller with this id; where it is not open, of a platform that `connect` gives and that is closed with it. @throws {NoRoomError} */
  lease(id: string, connect: () => Platform): Lease {
    const entry = this.#entries.get(id) ?? this.#open(id, connect);
    entry.uses += 1;
    clearTimeout(entry.idle);
    const { caller, closing } = entry;
    let isHeld = true;
    return {
      id,
      caller,
      closed: closing.signal,
      done: () => {
        if (isHeld) this.#release(entry);
        isHeld = false;
      },
    };
  }

  /** The same, if it is open. */
  known(id: string): Lease | undefined {
    const entry = this.#entries.get(id);
    return entry && this.lease(id, () => entry.caller.platform);
  }

  /** Closes a caller at once, also while it is in use. */
  async drop(id: string): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry !== undefined) await this.#close(entry);
  }

  /** Closes all of them, and opens no more. */
  async close(): Promise<void> {
    this.#hasEnded = true;
    await Promise.all(Array.from(this.#entries.values(), (entry) => this.#close(entry)));
  }

  #open(id: string, connect: () => Platform): Entry {
    if (this.#hasEnded) throw new NoRoomError("The server is ending.");
    if (this.#entries.size >= this.#most) this.#makeRoom();
    const onBug = (error: unknown) => logFailure("watching for changes", error);
    const caller = openCaller(connect(), this.#policy, { onBug, observer: this.#observer });
    const entry: Entry = { id, caller, closing: new AbortController(), uses: 0 };
    this.#entries.set(id, entry);
    return entry;
  }

  #makeRoom(): void {
    const longestIdle = [...this.#entries.values()].find((entry) => entry.uses === 0 && !isBusy(entry));
    if (longestIdle === undefined)
      throw new NoRoomError(`All ${this.#most} callers that this server takes at once are in use.`);
    void this.#close(longestIdle);
  }

  #release(entry: Entry): void {
    entry.uses -= 1;
    if (entry.uses > 0 || entry.closing.signal.aborted) return;
    this.#entries.delete(entry.id);
    this.#entries.set(entry.id, entry);
    this.#rest(entry);
  }

  #rest(entry: Entry): void {
    entry.idle = setTimeout(() => void this.#endRest(entry), this.#idleMs).unref();
  }

  /** Never rejects. */
  async #endRest(entry: Entry): Promise<void> {
    const { idle, closing } = entry;
    await closeEndedForwards(entry);
    const wasUsed = entry.uses > 0 || entry.idle !== idle;
    if (wasUsed || closing.signal.aborted) return;
    if (isBusy(entry)) this.#rest(entry);
    else await this.#close(entry);
  }

  /** Never rejects: nobody could do anything about it. */
  async #close(entry: Entry): Promise<void> {
    const { id, caller, closing } = entry;
    clearTimeout(entry.idle);
    this.#entries.delete(id);
    closing.abort();
    try {
      await caller.close();
      await caller.platform.close();
    } catch (error) {
      logFailure("closing a caller", error);
    }
  }
}

/** A port would keep its caller open long after its job. Where the platform cannot say, it is asked after the next rest. */
async function closeEndedForwards({ caller, closing: { signal } }: Entry): Promise<void> {
  await listForwards({ caller, signal }).catch(() => undefined);
}

/** Something goes on for it that no call waits for. */
function isBusy({ caller }: Entry): boolean {
  return caller.forwards.size > 0 || !caller.saves.isEmpty;
}

function logFailure(what: string, error: unknown): void {
  log("error", `${what}: ${error instanceof Error ? error.stack : String(error)}`);
}
