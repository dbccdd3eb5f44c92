import type { ApiContext } from "../api/context.ts";
import type { Hold } from "../lifecycle/run-deps.ts";
import type { TimedLine } from "../logs/store.ts";
import type { JobRecord, StatusItem } from "../state/job.ts";
import { step } from "../state/job-history.ts";
import { createdMs } from "../state/job-table.ts";
import { type Casting, castJob, type Past, pastSteps, queuedSteps } from "./cast.ts";
import type { Random } from "./random.ts";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Puts jobs on the emulated platform as if they had been there before it was started. */
export class Stage {
  readonly random: Random;
  readonly nowMs: number;
  readonly #context: ApiContext;
  readonly #cast: { job: JobRecord; play(): void }[] = [];

  constructor(context: ApiContext, random: Random) {
    this.#context = context;
    this.random = random;
    this.nowMs = context.clock.nowMs();
  }

  /** A job that is over. */
  past(casting: Casting, past: Past): void {
    const job = this.#record(casting, pastSteps(past, this.nowMs - past.createdAgo));
    this.#add(job, () => this.#fill(job, past.lines));
  }

  /** A job that has been running for a while, and does run. */
  running(
    casting: Casting,
    { runningFor, lines }: { runningFor: number; lines?: readonly TimedLine[] },
  ): void {
    const startedMs = this.nowMs - runningFor;
    const job = this.#record(casting, [...queuedSteps(startedMs - 8000), step("running", startedMs)]);
    job.materialized = true;
    this.#add(job, () => {
      this.#fill(job, lines);
      this.#context.lifecycle.start(job, { resumed: true });
    });
  }

  /** A job that waits, and will wait until it is killed. */
  pending(casting: Casting, { waitingFor, hold }: { waitingFor: number; hold: Hold }): void {
    const created = this.nowMs - waitingFor;
    const { reason, description = null } = hold;
    const job = this.#record(casting, [
      ...queuedSteps(created),
      step("pending", created + 6000, { reason, description }),
    ]);
    job.materialized = true;
    this.#context.pinned.set(job.id, hold);
    this.#add(job, () => this.#context.lifecycle.start(job, { resumed: true }));
  }

  /** Running jobs that a member of acme may have. */
  quota(user: string, runningJobs: number): void {
    const { accounts } = this.#context;
    const key = { cluster: "default", org: "acme", user };
    accounts.set(key, { ...accounts.get(key), runningJobs });
  }

  /** A secret at `cluster/org/project/key`. */
  secret(path: string, value: string): void {
    this.#context.secrets.set(path, value);
  }

  /** Lets everything be there, oldest first. */
  open(): void {
    for (const { job, play } of this.#cast.sort((a, b) => createdMs(a.job) - createdMs(b.job))) {
      this.#context.table.add(job);
      play();
    }
  }

  #add(job: JobRecord, play: () => void): void {
    this.#cast.push({ job, play });
  }

  #fill(job: JobRecord, lines: readonly TimedLine[] = []): void {
    if (lines.length > 0) this.#context.logs.fill(job.id, lines);
  }

  #record(casting: Casting, statuses: StatusItem[]): JobRecord {
    const presets = this.#context.platform.clusters[0]?.presets ?? [];
    const preset = presets.find(({ name }) => name === (casting.preset ?? "cpu-small"));
    if (preset === undefined) throw new Error(`No preset ${casting.preset}`);
    return castJob(casting, { preset, random: this.random, statuses });
  }
}
