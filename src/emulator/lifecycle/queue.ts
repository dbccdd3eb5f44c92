import { current, type JobRecord } from "../state/job.ts";
import { continuedMs } from "../state/job-history.ts";
import type { Timing } from "./timing.ts";

export interface Room {
  cpu: number;
  /** Bytes. */
  memory: number;
  gpus: number;
}

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
function byPriority(a: JobRecord, b: JobRecord): number {
  return RANK[a.priority] - RANK[b.priority];
}

/** Who waits for room: the highest priority first, then who waited longest. */
export class Queue {
  readonly #waiting: Waiting[] = [];

  all(): readonly Waiting[] {
    return this.#waiting;
  }

  /** Joins behind equal priorities that waited as long; a job keeps the place it has. */
  join(waiting: Waiting): void {
    if (this.#placeOf(waiting.job.id) < 0) this.#waiting.splice(this.before(waiting).length, 0, waiting);
  }

  leave(jobId: string): void {
    const place = this.#placeOf(jobId);
    if (place >= 0) this.#waiting.splice(place, 1);
  }

  before(waiting: Waiting): readonly Waiting[] {
    const place = this.#placeOf(waiting.job.id);
    if (place >= 0) return this.#waiting.slice(0, place);
    return this.#waiting.filter((other) => {
      const higher = byPriority(other.job, waiting.job);
      return higher > 0 || (higher === 0 && other.sinceMs <= waiting.sinceMs);
    });
  }

  #placeOf(jobId: string): number {
    return this.#waiting.findIndex(({ job }) => job.id === jobId);
  }
}

interface At {
  nowMs: number;
  timing: Pick<Timing, "runQuantumMs" | "maxSuspendedMs">;
}

/**
 * Which of the running jobs may be suspended so that another can run: who takes turns, has had its own, and has no
 * higher priority. The lowest priority comes first, then the longest run. Source: protocol reference 3.11.
 */
export function replaceableBy(job: JobRecord, running: readonly JobRecord[], at: At): JobRecord[] {
  const ranMs = (other: JobRecord) => at.nowMs - (continuedMs(other) ?? at.nowMs);
  return running
    .filter((other) => other.schedulerEnabled && ranMs(other) >= at.timing.runQuantumMs)
    .filter((other) => byPriority(other, job) <= 0)
    .toSorted((a, b) => byPriority(a, b) || ranMs(b) - ranMs(a));
}

/** Whether a suspended job may go on, though others wait for room. Source: protocol reference 3.11. */
export function mayContinue(job: JobRecord, line: readonly JobRecord[], { nowMs, timing }: At): boolean {
  const pending = line.filter((other) => current(other).status === "pending");
  const outranks = pending.every((other) => byPriority(job, other) > 0);
  return outranks || nowMs - current(job).atMs >= timing.maxSuspendedMs;
}
