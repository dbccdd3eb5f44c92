import type { JobDescription } from "../../client/index.ts";
import { fingerprint } from "./fingerprint.ts";
import { Topic } from "./topic.ts";

/** The active jobs of the selection: what they are, and which. */
export class ActiveWatch {
  /** Any of them changed, came or went. */
  readonly state = new Topic();
  /** One came or went. */
  readonly roster = new Topic();
  #seen: { jobs: string; ids: string } | undefined;
  /** Those who wait for the first look. */
  #waiting: (() => void)[] = [];
  /** The platform cannot be asked at present. */
  #isAway = false;
  /** Somebody was let go on without a first look. */
  #isMissed = false;

  /** Resolves when later looks have something to be compared with, or when the platform cannot be asked for it. */
  looked(): Promise<void> {
    if (this.#seen !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#isAway) this.#release();
    });
  }

  /** Whether a look could be had. Whoever goes on without one is told when there is one: something may have changed. */
  reached(isReached: boolean): void {
    this.#isAway = !isReached;
    if (this.#isAway) this.#release();
  }

  /** Whether there is news; the first sight is what later ones are compared with. */
  see(active: readonly JobDescription[]): boolean {
    const seen = {
      jobs: active.map(fingerprint).sort().join("\n"),
      ids: active
        .map(({ id }) => id)
        .sort()
        .join(" "),
    };
    const before = this.#seen;
    this.#seen = seen;
    const isMissed = this.#isMissed;
    this.#release();
    this.#isMissed = false;
    if (before?.jobs === seen.jobs || (before === undefined && !isMissed)) return false;
    this.state.changed();
    if (before?.ids !== seen.ids) this.roster.changed();
    return true;
  }

  /** Nobody is interested: what is seen next time is the first sight again. */
  forget(): void {
    this.#seen = undefined;
    this.#release();
    this.#isMissed = false;
  }

  #release(): void {
    if (this.#waiting.length > 0) this.#isMissed = true;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
