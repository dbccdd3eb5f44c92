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
    if (before === undefined || before.jobs === seen.jobs) return false;
    this.state.changed();
    if (before.ids !== seen.ids) this.roster.changed();
    return true;
  }

  /** Nobody is interested: what is seen next time is the first sight again. */
  forget(): void {
    this.#seen = undefined;
  }
}
