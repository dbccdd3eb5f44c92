import { setTimeout as sleep } from "node:timers/promises";

/** Ending a server takes no longer than this, whatever hangs. */
export const EXIT_DEADLINE_MS = 900;

/** What this process opened and closes at its end; those who open something add how. */
export class Closers {
  readonly #closers: (() => Promise<void>)[] = [];
  readonly #ending = new AbortController();
  readonly #deadlineMs: number;
  #closed: Promise<void> | undefined;

  constructor(deadlineMs = EXIT_DEADLINE_MS) {
    this.#deadlineMs = deadlineMs;
  }

  /** Fires as the closing begins. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  push(close: () => Promise<void>): void {
    this.#closers.push(close);
  }

  /**
   * Closes in reverse order; what hangs is left behind. Whoever asks again waits for the same end: who does not would
   * exit in the middle of it.
   */
  close(): Promise<void> {
    this.#closed ??= Promise.race([this.#closeEach(), sleep(this.#deadlineMs, undefined, { ref: false })]);
    return this.#closed;
  }

  async #closeEach(): Promise<void> {
    this.#ending.abort();
    // What was just being opened may be added meanwhile.
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) await close();
  }
}
