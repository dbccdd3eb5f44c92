import type { JobRecord } from "../state/job.ts";
import type { Room } from "./room.ts";

/** A job that waits for a node. */
export interface Waiting {
  job: JobRecord;
  need: Room;
  /** Names of the pools whose nodes it may have. */
  pools: ReadonlySet<string>;
  /** Since when it waits, unix milliseconds. */
  sinceMs: number;
}

const RANK: Record<JobRecord["priority"], number> = { low: 0, normal: 1, high: 2 };

/** Below 0 if the first job has the lower priority. Source: protocol reference 3.9. */
export function byPriority(a: JobRecord, b: JobRecord): number {
  return RANK[a.priority] - RANK[b.priority];
}

/** Who waits for room: the highest priority first, then who waited longest. */
export class Queue {
  readonly #waiting: Waiting[] = [];

  /** Everybody, first the first. */
  all(): readonly Waiting[] {
    return this.#waiting;
  }

  /** Takes a place behind all of the same priority that waited as long; who has one keeps it. */
  join(waiting: Waiting): void {
    if (this.#placeOf(waiting) < 0) this.#waiting.splice(this.before(waiting).length, 0, waiting);
  }

  leave(jobId: string): void {
    const place = this.#waiting.findIndex(({ job }) => job.id === jobId);
    if (place >= 0) this.#waiting.splice(place, 1);
  }

  /** Everybody who is served before a job, first the first. */
  before(waiting: Waiting): readonly Waiting[] {
    const place = this.#placeOf(waiting);
    if (place >= 0) return this.#waiting.slice(0, place);
    return this.#waiting.filter((other) => {
      const higher = byPriority(other.job, waiting.job);
      return higher > 0 || (higher === 0 && other.sinceMs <= waiting.sinceMs);
    });
  }

  #placeOf({ job }: Waiting): number {
    return this.#waiting.findIndex((other) => other.job.id === job.id);
  }
}
