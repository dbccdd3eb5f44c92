import { setImmediate as turn } from "node:timers/promises";
import type { Clock } from "../clock.ts";
import type { JobRecord } from "../state/job.ts";
import { finishedMs } from "../state/job-history.ts";
import type { LifecycleDeps } from "./deps.ts";

interface RetentionDeps extends Pick<LifecycleDeps, "table" | "logs" | "timing"> {
  clock: Pick<Clock, "nowMs">;
  /** Resolves when nothing of the job runs. */
  stop(job: JobRecord): Promise<void>;
}

/** Records marked before other requests get a turn. */
const BATCH = 500;

/** Drops the records of jobs that ended long ago. Source: protocol reference 3.11. */
export class Retention {
  readonly #deps: RetentionDeps;
  #nextMs: number;
  #round: Promise<void> | undefined;
  #closed = false;

  constructor(deps: RetentionDeps) {
    this.#deps = deps;
    this.#nextMs = deps.clock.nowMs() + deps.timing.cleanupMs;
  }

  round(): void {
    const now = this.#deps.clock.nowMs();
    if (this.#closed || this.#round !== undefined || now < this.#nextMs) return;
    this.#nextMs = now + this.#deps.timing.cleanupMs;
    this.#round = this.#clean(now).finally(() => {
      this.#round = undefined;
    });
  }

  async drop(job: JobRecord): Promise<void> {
    const { table, logs, stop } = this.#deps;
    await stop(job);
    await logs.remove(job.id);
    job.logsRemoved = true;
    table.changed(job);
    table.remove(job.id);
  }

  /** Resolves when nothing is written any more. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#round;
  }

  /** Records marked in this round go in the next, so that `being_dropped` can be seen. */
  async #clean(now: number): Promise<void> {
    const { table, timing } = this.#deps;
    for (const job of table.list({ beingDropped: true })) {
      if (this.#closed) return;
      // Logs that cannot be removed now may be in the next round.
      await this.drop(job).catch(() => undefined);
    }
    const endedBefore = now - timing.retentionMs;
    const old = table.list({ untilMs: endedBefore, materialized: false, beingDropped: false });
    for (const [index, job] of old.entries()) {
      if (this.#closed) return;
      if ((finishedMs(job) ?? Number.POSITIVE_INFINITY) <= endedBefore) {
        job.beingDropped = true;
        table.changed(job);
      }
      if (index % BATCH === BATCH - 1) await turn();
    }
  }
}
