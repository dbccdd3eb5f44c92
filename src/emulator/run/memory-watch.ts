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
export function watchMemory(table: ProcessTable) {
  const jobs = new Set<JobProcess>();
  let timer: NodeJS.Timeout | undefined;
  const plan = (ms: number) => {
    timer ??= setTimeout(look, ms).unref();
  };
  const look = () => {
    const startMs = performance.now();
    timer = undefined;
    table.sweep();
    let highest = 0;
    for (const job of jobs) {
      const share = job.memoryShare();
      highest = Math.max(highest, share);
      if (share > 1 || job.isExhausted()) job.killForMemory();
    }
    const tookMs = performance.now() - startMs;
    if (jobs.size > 0) plan(Math.max(highest > ALERT_SHARE ? ALERT_MS : CALM_MS, tookMs / BUDGET));
  };
  const close = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  return {
    close,
    add(job: JobProcess): void {
      if (job.pid > 0) sacrifice(job.pid);
      jobs.add(job);
      plan(ALERT_MS);
    },
    remove(job: JobProcess): void {
      jobs.delete(job);
      if (jobs.size === 0) close();
    },
  };
}

/** Children inherit it. */
function sacrifice(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, SACRIFICE);
  } catch {
    // It is gone already, or the system has no such thing.
  }
}
