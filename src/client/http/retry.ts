import { PlatformError } from "../errors.ts";

const FIRST_MS = 500;
const LONGEST_MS = 10_000;
const MOST_JITTER_MS = 1000;

/**
 * How long to wait between attempts, for everything that retries: longer with each failure in a row, never shorter
 * than the platform asked for, never zero, and with jitter, so that callers do not come back all at once.
 */
export class Retry {
  readonly #firstMs: number;
  #failures = 0;

  constructor(firstMs = FIRST_MS) {
    this.#firstMs = firstMs;
  }

  /** Failures since the last success. */
  get failures(): number {
    return this.#failures;
  }

  /** Counts a failure; milliseconds to wait before the next attempt. */
  afterFailure(error: unknown): number {
    const backoffMs = Math.min(this.#firstMs * 2 ** this.#failures, LONGEST_MS);
    this.#failures += 1;
    const askedMs = error instanceof PlatformError ? (error.retryAfterMs ?? 0) : 0;
    const pauseMs = backoffMs * (0.5 + Math.random() / 2);
    return Math.max(pauseMs, askedMs + Math.random() * Math.min(askedMs / 10, MOST_JITTER_MS));
  }

  /** The next failure counts as the first one. */
  succeeded(): void {
    this.#failures = 0;
  }
}
