import { pause } from "../call.ts";
import { PlatformError } from "../errors.ts";
import { Retry } from "../http/retry.ts";

/** The reader can decide better about a longer wait than this. */
const LONGEST_WAIT_MS = 10_000;

/** Opens a log again that was lost on the way: for how often, and after which pauses. */
export class Reopening {
  readonly #retry = new Retry();
  readonly #most: number;

  /** `most` is how often in a row without a new line. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Waits until the log may be opened again. @throws `error` where that would be wrong, or useless */
  async after(error: unknown, { hasMoved, signal }: { hasMoved: boolean; signal?: AbortSignal | undefined }) {
    if (hasMoved) this.#retry.succeeded();
    const isLost = error instanceof PlatformError && error.code === "unavailable";
    if (!isLost || (error.retryAfterMs ?? 0) > LONGEST_WAIT_MS || this.#retry.failures >= this.#most)
      throw error;
    await pause(this.#retry.afterFailure(error), signal);
  }
}
