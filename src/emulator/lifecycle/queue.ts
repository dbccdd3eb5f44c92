import type { JobRecord } from "../state/job.ts";
import type { Room } from "./room.ts";

/** A job that waits for a node. */
export interface Waiting {
  job: JobRecord;
  need: Room;
  /** Names of the pools whose nodes it may have. */
  pools: ReadonlySet<string>;
}

const RANK: Record<JobRecord["priority"], number> = { low: 0, normal: 1, high: 2 };

/** Below 0 if the first job has the lower priority. Source: protocol reference 3.9. */
function byPriority(a: JobRecord, b: JobRecord): number {
  return RANK[a.priority] - RANK[b.priority];
}

/** Who waits for room: the highest priority first, then who waited longest. */
export class Queue {
  readonly #waiting: Waiting[] = [];

  /** Everybody, first the first. */
  all(): readonly Waiting[] {
    return this.#waiting;
  }

  /** Takes a place behind all of the same priority; who has one keeps it. */
  join(waiting: Waiting): void {
    if (this.#placeOf(waiting.job.id) >= 0) return;
    const before = this.before(waiting.job).length;
    this.#waiting.splice(before, 0, waiting);
  }

  leave(jobId: string): void {
    const place = this.#placeOf(jobId);
    if (place >= 0) this.#waiting.splice(place, 1);
  }

  /** Everybody who is served before a job, first the first. */
  before(job: JobRecord): readonly Waiting[] {
    const place = this.#placeOf(job.id);
    if (place >= 0) return this.#waiting.slice(0, place);
    return this.#waiting.filter((other) => byPriority(other.job, job) >= 0);
  }

  #placeOf(jobId: string): number {
    return this.#waiting.findIndex(({ job }) => job.id === jobId);
  }
}
