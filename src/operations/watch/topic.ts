import { Throttle } from "./throttle.ts";

/** How often one resource may be said to have changed: once a second, and a little for jitter on the way. */
const NOTICE_INTERVAL_MS = 1020;

/** One thing that changes, with everyone who watches it: each is notified at most once a second. */
export class Topic {
  readonly #listeners = new Set<() => void>();
  readonly #notices = new Throttle(() => this.#tell(), NOTICE_INTERVAL_MS);
  #isLast = false;

  get isWatched(): boolean {
    return this.#listeners.size > 0;
  }

  add(listener: () => void): void {
    this.#listeners.add(listener);
  }

  remove(listener: () => void): void {
    this.#listeners.delete(listener);
    if (!this.isWatched) this.#notices.close();
  }

  changed(): void {
    if (!this.#isLast) this.#notices.request();
  }

  /** One last notice, then silence. */
  end(): void {
    this.changed();
    this.#isLast = true;
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
