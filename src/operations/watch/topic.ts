import type { JobDescription } from "../../client/index.ts";

/** How often a resource may be said to have changed: once a second, and a little for jitter on the way. */
const NOTICE_INTERVAL_MS = 1020;

/**
 * One thing that changes, with everyone who watches it. They are told at once, and then at most once a second: what
 * changes in between is told when the second is over, so the last change is never lost.
 */
export class Topic {
  readonly #listeners = new Set<() => void>();
  #toldMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #isLast = false;

  get isWatched(): boolean {
    return this.#listeners.size > 0;
  }

  add(listener: () => void): void {
    this.#listeners.add(listener);
  }

  remove(listener: () => void): void {
    this.#listeners.delete(listener);
    if (!this.isWatched) this.#stopTimer();
  }

  changed(): void {
    if (this.#isLast || this.#timer !== undefined) return;
    const waitMs = this.#toldMs + NOTICE_INTERVAL_MS - performance.now();
    if (waitMs <= 0) this.#tell();
    else this.#timer = setTimeout(() => this.#tell(), waitMs).unref();
  }

  /** One last notice, then silence. */
  end(): void {
    this.changed();
    this.#isLast = true;
  }

  #tell(): void {
    this.#stopTimer();
    this.#toldMs = performance.now();
    for (const listener of this.#listeners) listener();
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

/** What counts as a change of a job. Run time and cost do not: they grow with every second, and nobody waits for that. */
export function fingerprint({ total_price_credits: _, history, ...job }: JobDescription): string {
  const { run_time_seconds: __, ...steps } = history;
  return JSON.stringify({ ...job, history: steps });
}
