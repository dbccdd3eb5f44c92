import { EventEmitter } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { RunningJob } from "../run/job-process.ts";
import { endStrays } from "../run/process-table.ts";
import { costOf, isSolvent, subtract } from "../state/accounts.ts";
import { current, isFinished, type JobRecord, type StatusItem } from "../state/job.ts";
import { finishedMs, moveTo, runMicroseconds, step } from "../state/job-history.ts";
import { baseName } from "../state/platform.ts";
import type { LifecycleDeps, RunDeps } from "./deps.ts";
import { diskOf } from "./launch.ts";
import { Nodes } from "./nodes.ts";
import { replaceableBy } from "./queue.ts";
import { Retention } from "./retention.ts";
import { inSchedule, LOST } from "./rules.ts";
import { JobRun } from "./run.ts";

export class JobLifecycle {
  readonly #deps: LifecycleDeps;
  readonly #runs = new Map<string, { run: JobRun; done: Promise<void> }>();
  readonly #nodes: ReadonlyMap<string, Nodes>;
  /** Tells by a job's id that it has changed. */
  readonly #changes = new EventEmitter().setMaxListeners(0);
  readonly #charged = new Map<string, string>();
  /** Ended jobs whose pods still exist, oldest first. */
  readonly #pods: JobRecord[] = [];
  readonly #retention: Retention;
  readonly #timer: NodeJS.Timeout;
  readonly #stopListening: () => void;

  constructor(deps: LifecycleDeps) {
    this.#deps = deps;
    const { platform, clock, timing } = deps;
    this.#nodes = new Map(platform.clusters.map((c) => [c.name, new Nodes(c, clock, timing.scaleUpMs)]));
    const stop = async (job: JobRecord) => {
      this.kill(job);
      await this.#runs.get(job.id)?.done;
    };
    this.#retention = new Retention({ ...deps, stop });
    this.#timer = setInterval(() => this.#enforce(), timing.policyLoopMs).unref();
    this.#stopListening = clock.onAdvance(() => this.#enforce());
  }

  /** The process group of a job that is `running`; undefined in every other state. */
  running(jobId: string): RunningJob | undefined {
    const job = this.#deps.table.get(jobId);
    if (job === undefined || current(job).status !== "running") return undefined;
    return this.#runs.get(jobId)?.run.running;
  }

  /** The job's own folder on the host while it exists. */
  folder(jobId: string): string | undefined {
    return this.#runs.has(jobId) ? this.#deps.folders.job(`${jobId}/root`) : undefined;
  }

  /** Resolves at the next change of a job, after `ms`, or when `signal` fires. */
  async change(jobId: string, signal: AbortSignal, ms: number): Promise<void> {
    if (signal.aborted) return;
    const over = new AbortController();
    const stop = () => over.abort();
    signal.addEventListener("abort", stop);
    this.#changes.once(jobId, stop);
    await delay(ms, undefined, { signal: over.signal, ref: false }).catch(() => undefined);
    this.#changes.off(jobId, stop);
    signal.removeEventListener("abort", stop);
  }

  /** Kills the group at once; the job ends as `failed` with 137. Source: protocol reference 4.6. */
  signal(jobId: string): void {
    this.#runs.get(jobId)?.run.signal();
  }

  nodes(cluster: string): Nodes | undefined {
    return this.#nodes.get(cluster);
  }

  /** Runs a job of the table; a resumed one continues from its status. */
  start(job: JobRecord, { resumed = false }: { resumed?: boolean } = {}): void {
    const nodes = this.#nodes.get(job.cluster);
    if (nodes === undefined) return;
    const run = new JobRun(job, this.#runDeps(nodes), resumed);
    this.#runs.set(job.id, { run, done: run.finish().then(() => this.#over(job)) });
  }

  /** Source: protocol reference 3.10. */
  kill(job: JobRecord, reason = "UserRequested"): void {
    this.#runs.get(job.id)?.run.cancel(reason);
  }

  /** Removes the logs and the record of a job for good, and what of it still runs. Source: protocol reference 3.11. */
  async drop(job: JobRecord): Promise<void> {
    await this.#retention.drop(job);
  }

  /** Recovers from a killed emulator: running jobs are lost, waiting ones wait again. */
  recover(): void {
    const lost = new Set(this.#deps.table.active().map(({ id }) => id));
    if (lost.size > 0) endStrays((jobId) => lost.has(jobId));
    for (const job of this.#deps.table.active()) {
      const { status } = current(job);
      if (status === "running") {
        job.materialized = false;
        this.#move(job, step("failed", this.#deps.clock.nowMs(), LOST));
      } else this.start(job, { resumed: status !== "pending" });
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopListening();
    const runs = [...this.#runs.values()];
    for (const { run } of runs) run.abandon();
    await this.#deps.runner.close();
    await Promise.all(runs.map(({ done }) => done));
    await this.#retention.close();
  }

  #runDeps(nodes: Nodes): RunDeps {
    return {
      ...this.#deps,
      nodes,
      move: (job, item) => this.#move(job, item),
      // Source: protocol reference 3.8 row 12.
      seatFree: (job) => !this.overQuota(job, ({ id, materialized }) => id !== job.id && materialized),
      inSchedule: (job) => this.#scheduled(job),
      diskBusy: (job) => this.#diskBusy(job),
    };
  }

  /** Whose running-jobs quota the unfinished jobs (or those of them that `counts`) use up. */
  overQuota(job: JobRecord, counts: (other: JobRecord) => boolean = () => true): "user" | "org" | undefined {
    const { accounts, table } = this.#deps;
    const account = accounts.of(job);
    const inOrg = ({ cluster, org }: JobRecord) => cluster === job.cluster && org === job.org;
    const seated = table.active().filter((other) => inOrg(other) && counts(other));
    const mine = seated.filter(({ owner }) => baseName(owner) === baseName(job.owner));
    const full = (count: number, limit: number | undefined) => limit !== undefined && count >= limit;
    if (full(mine.length, account.user.runningJobs)) return "user";
    return full(seated.length, account.org.runningJobs) ? "org" : undefined;
  }

  /** Source: protocol reference 3.11 (`DiskUnavailable`). */
  #diskBusy(job: JobRecord): boolean {
    const { disks } = this.#deps;
    const idOf = ({ src_disk_uri }: { src_disk_uri: string }) => diskOf(src_disk_uri, disks) ?? src_disk_uri;
    const wanted = new Set(job.container.disk_volumes.map(idOf));
    if (wanted.size === 0) return false;
    const writes = ({ id, container }: JobRecord) =>
      id !== job.id && container.disk_volumes.some((disk) => !disk.read_only && wanted.has(idOf(disk)));
    return this.#deps.table.active().some((other) => current(other).status === "running" && writes(other));
  }

  #move(job: JobRecord, item: StatusItem): boolean {
    if (!moveTo(job, item)) return false;
    if (item.status !== "running") this.#charge(job);
    this.#changed(job);
    return true;
  }

  #changed(job: JobRecord): void {
    this.#deps.table.changed(job);
    this.#changes.emit(job.id);
  }

  async #over(job: JobRecord): Promise<void> {
    this.#runs.delete(job.id);
    this.#charged.delete(job.id);
    if (isFinished(job) && job.materialized) {
      if (current(job).status === "cancelled") this.#collect(job);
      else this.#pods.push(job);
    }
    await this.#deps.folders.removeJob(job.id);
  }

  #collect(job: JobRecord): void {
    job.materialized = false;
    this.#changed(job);
  }

  /** One round of the policies. Source: protocol reference 3.11. */
  #enforce(): void {
    for (const [id, { run }] of this.#runs) {
      const job = this.#deps.table.get(id);
      if (job !== undefined && current(job).status === "running") this.#police(job, run);
    }
    this.#takeTurns();
    this.#collectOldPods();
    this.#retention.round();
  }

  #police(job: JobRecord, run: JobRun): void {
    const { accounts, clock } = this.#deps;
    const isLimited = Object.values(accounts.of(job)).some(({ credits }) => credits !== undefined);
    if (isLimited) this.#charge(job);
    const lifeSpanMicros = (job.maxRunTimeMinutes ?? Number.POSITIVE_INFINITY) * 60_000_000;
    if (runMicroseconds(job, clock.nowMs()) >= lifeSpanMicros) run.cancel("LifeSpanEnded");
    else if (!Object.values(accounts.of(job)).every(isSolvent)) run.cancel("QuotaExhausted");
    else if (!this.#scheduled(job)) run.suspend();
  }

  /** Suspends jobs that had their turn to make room for waiting ones. Source: protocol reference 3.11. */
  #takeTurns(): void {
    const { clock, timing } = this.#deps;
    const running = [...this.#runs].flatMap(([id, { run }]) => {
      const job = this.#deps.table.get(id);
      return job !== undefined && run.suspendable && current(job).status === "running" ? [job] : [];
    });
    const at = { nowMs: clock.nowMs(), timing };
    for (const nodes of this.#nodes.values())
      for (const id of nodes.relief((job) => replaceableBy(job, running, at)))
        this.#runs.get(id)?.run.suspend();
  }

  #scheduled(job: JobRecord): boolean {
    const { platform, clock } = this.#deps;
    const cluster = platform.clusters.find(({ name }) => name === job.cluster);
    return inSchedule(job, cluster, new Date(clock.nowMs()));
  }

  #collectOldPods(): void {
    const { clock, timing } = this.#deps;
    const old = (job: JobRecord) => clock.nowMs() - (finishedMs(job) ?? 0) >= timing.collectAfterMs;
    const kept = this.#pods.findIndex((job) => !old(job));
    for (const job of this.#pods.splice(0, kept < 0 ? this.#pods.length : kept)) this.#collect(job);
  }

  #charge(job: JobRecord): void {
    const micros = runMicroseconds(job, this.#deps.clock.nowMs());
    if (micros === 0) return;
    const cost = costOf(micros, job.pricePerHour);
    this.#deps.accounts.charge(job, subtract(cost, this.#charged.get(job.id) ?? "0"));
    this.#charged.set(job.id, cost);
  }
}
