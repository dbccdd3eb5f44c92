import { writeFileSync } from "node:fs";
import type { JobProcess } from "./job-process.ts";
import type { ProcessTable } from "./process-table.ts";

const CALM_MS = 100;
const ALERT_MS = 25;
/** Above this share of the limit a job is looked at more often. */
const ALERT_SHARE = 0.5;
/** The largest share of the time that looking may take. */
const BUDGET = 0.1;

/** `oom_score_adj` of jobs: the kernel ends them first when the machine runs out of memory. */
const SACRIFICE = "500";

/** Ends jobs whose processes together take more memory than the job may have. */
export class MemoryWatch {
  readonly #table: ProcessTable;
  readonly #jobs = new Set<JobProcess>();
  #timer: NodeJS.Timeout | undefined;

  constructor(table: ProcessTable) {
    this.#table = table;
  }

  add(job: JobProcess): void {
    if (job.pid > 0) sacrifice(job.pid);
    this.#jobs.add(job);
    this.#plan(ALERT_MS);
  }

  remove(job: JobProcess): void {
    this.#jobs.delete(job);
    if (this.#jobs.size === 0) this.close();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #plan(ms: number): void {
    this.#timer ??= setTimeout(() => this.#look(), ms).unref();
  }

  #look(): void {
    const startMs = performance.now();
    this.#timer = undefined;
    this.#table.sweep();
    let highest = 0;
    for (const job of this.#jobs) {
      const share = job.memoryShare();
      highest = Math.max(highest, share);
      if (share > 1 || job.isExhausted()) job.killForMemory();
    }
    const tookMs = performance.now() - startMs;
    if (this.#jobs.size > 0)
      this.#plan(Math.max(highest > ALERT_SHARE ? ALERT_MS : CALM_MS, tookMs / BUDGET));
  }
}

/** Children inherit it. */
function sacrifice(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, SACRIFICE);
  } catch {
    // It is gone already, or the system has no such thing.
  }
}
