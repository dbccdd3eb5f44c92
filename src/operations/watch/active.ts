import type { JobDescription } from "../../client/index.ts";
import { fingerprint, Topic } from "./topic.ts";

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
  /** Somebody stopped waiting without a first look. */
  #isMissed = false;

  /** Resolves when there is a look to compare later ones with, or when the platform cannot be asked for one. */
  looked(): Promise<void> {
    if (this.#seen !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#isAway) this.#release();
    });
  }

  /** Whether the platform could be asked. Who stops waiting is told with the first look: something may have changed. */
  reached(isReached: boolean): void {
    this.#isAway = !isReached;
    if (this.#isAway) this.#release();
  }

  /** Whether there is news; the first look is what later ones are compared with. */
  see(active: readonly JobDescription[]): boolean {
    const before = this.#seen;
    const jobs = active.map(fingerprint).sort().join("\n");
    const ids = active.map(({ id }) => id).sort();
    const seen = { jobs, ids: ids.join(" ") };
    const isMissed = this.#isMissed;
    this.#seen = seen;
    this.#release();
    this.#isMissed = false;
    if (before?.jobs === seen.jobs || (before === undefined && !isMissed)) return false;
    this.state.changed();
    if (before?.ids !== seen.ids) this.roster.changed();
    return true;
  }

  /** Nobody watches: the next look is a first one again. */
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
