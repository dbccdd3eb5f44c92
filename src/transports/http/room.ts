import type { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/server";
import type { Caller } from "../../operations/caller.ts";

export interface SessionLimits {
  /** A session that is not used for so long is closed. */
  idleMs: number;
  /** So many may be open at a time, of all callers together. */
  most: number;
}

export interface OpenSession {
  owner: Caller;
  transport: WebStandardStreamableHTTPServerTransport;
  /** Requests that are being answered, streams among them. */
  uses: number;
  usedAtMs: number;
}

/** The sessions of all callers of a process, by id. */
export class Room {
  readonly #limits: SessionLimits;
  readonly #sessions = new Map<string, OpenSession>();
  readonly #sweep: NodeJS.Timeout;

  constructor(limits: SessionLimits) {
    this.#limits = limits;
    this.#sweep = setInterval(() => this.#closeIdle(), limits.idleMs / 4).unref();
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** A session of this caller: that of another one is as good as none. */
  find(id: string, owner: Caller): OpenSession | undefined {
    const session = this.#sessions.get(id);
    return session?.owner === owner ? session : undefined;
  }

  add(id: string, session: OpenSession): void {
    this.#sessions.set(id, session);
  }

  forget(id: string): void {
    this.#sessions.delete(id);
  }

  /** Closes the longest idle one where there is no room; false where all are in use. */
  async makeRoom(): Promise<boolean> {
    if (this.#sessions.size < this.#limits.most) return true;
    const idle = Array.from(this.#sessions).filter(([, { uses }]) => uses === 0);
    const [idlest] = idle.sort(([, one], [, other]) => one.usedAtMs - other.usedAtMs);
    if (idlest === undefined) return false;
    await this.close(idlest[0]);
    return true;
  }

  async close(id: string): Promise<void> {
    const session = this.#sessions.get(id);
    this.forget(id);
    await session?.transport.close();
  }

  /** Closes those of one caller. */
  async closeOf(owner: Caller): Promise<void> {
    const own = Array.from(this.#sessions).filter(([, session]) => session.owner === owner);
    await Promise.all(own.map(([id]) => this.close(id)));
  }

  /** Nothing is closed for being idle any more. */
  end(): void {
    clearInterval(this.#sweep);
  }

  #closeIdle(): void {
    const before = performance.now() - this.#limits.idleMs;
    for (const [id, { uses, usedAtMs }] of this.#sessions)
      if (uses === 0 && usedAtMs < before) void this.close(id);
  }
}
