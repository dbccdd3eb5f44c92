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
  readonly #limits = new Map<JobProcess, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(table: ProcessTable) {
    this.#table = table;
  }

  add(job: JobProcess, limitBytes: number): void {
    if (job.pid > 0) sacrifice(job.pid);
    this.#limits.set(job, limitBytes);
    this.#plan(ALERT_MS);
  }

  remove(job: JobProcess): void {
    this.#limits.delete(job);
    if (this.#limits.size === 0) this.close();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #plan(ms: number): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#look();
    }, ms);
    this.#timer.unref();
  }

  #look(): void {
    const startMs = performance.now();
    this.#table.sweep();
    let highest = 0;
    for (const [job, limitBytes] of this.#limits) {
      const resident = job.meter.residentBytes();
      highest = Math.max(highest, resident / limitBytes);
      // Resident memory counts shared pages once per process: only the fair share may end a job.
      const isOver = resident > limitBytes && job.meter.memoryBytes() > limitBytes;
      if (isOver || job.isExhausted()) job.killForMemory();
    }
    const tookMs = performance.now() - startMs;
    if (this.#limits.size > 0)
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
