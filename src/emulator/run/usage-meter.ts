import type { Usage } from "./launch.ts";
import { type ProcessTable, proportionalBytes, TICKS_PER_SECOND } from "./process-table.ts";

/** Questions closer together than this get the same answer: ticks are too coarse to tell them apart. */
const FRESH_MS = 500;

/** CPU and memory of one job, from what the process table saw last. */
export class UsageMeter {
  readonly #table: ProcessTable;
  readonly #jobId: string;
  #last = { atMs: performance.now(), ticks: 0 };
  #cpuCores = 0;
  #answered = false;

  constructor(table: ProcessTable, jobId: string) {
    this.#table = table;
    this.#jobId = jobId;
  }

  /** Since the last call, or since the start. */
  read(): Usage {
    const members = this.#table.members(this.#jobId);
    const nowMs = performance.now();
    const elapsedMs = nowMs - this.#last.atMs;
    if (elapsedMs >= FRESH_MS || !this.#answered) {
      const ticks = members.reduce((sum, { cpuTicks }) => sum + cpuTicks, 0);
      // A child whose time nobody waited for takes it along: the sum can fall.
      const used = Math.max(0, ticks - this.#last.ticks) / TICKS_PER_SECOND;
      this.#cpuCores = used / Math.max(elapsedMs / 1000, 0.001);
      this.#last = { atMs: nowMs, ticks };
      this.#answered = true;
    }
    return { cpuCores: this.#cpuCores, memoryBytes: this.memoryBytes() };
  }

  /** Memory of the group; pages that its processes share count once. */
  memoryBytes(): number {
    return this.#table
      .members(this.#jobId)
      .reduce((sum, { pid, rssBytes }) => sum + (proportionalBytes(pid) ?? rssBytes), 0);
  }

  /** Never less than `memoryBytes`, and read already. */
  residentBytes(): number {
    return this.#table.members(this.#jobId).reduce((sum, { rssBytes }) => sum + rssBytes, 0);
  }
}
