import {
  isFinished,
  type JobDescription,
  Limit,
  type Platform,
  PlatformError,
  Retry,
} from "../../client/index.ts";
import { findJob, isAt } from "../find/address.ts";
import { Pause } from "../patience.ts";
import { ActiveWatch } from "./active.ts";
import { JobWatch, type Watching } from "./job.ts";
import { JobsPoll } from "./poll.ts";

const TICK_MS = 1000;
/** Between two looks at the list of jobs, while nobody watches any of them. */
const SLOW_TICK_MS = 5000;
const SLOWEST_TICK_MS = 60_000;
/** The longer a list has not changed, the less often it is looked at: a minute of quiet adds a second. */
const QUIET_SHARE = 60;
/** The longest look: the platform may have stopped answering without saying so. */
const TICK_LIMIT_MS = 15_000;

/** What may change: a job, its log, the active jobs of the selection, or only which jobs those are. */
export type Subject = { kind: "job" | "log"; job: JobDescription } | { kind: "active" } | { kind: "roster" };

/**
 * Finds out what changes on one platform for any number of sessions, with one poll a second for all watched jobs
 * and one stream for each watched log. It asks nothing while nobody watches. It waits out an outage and then tells
 * what has changed.
 */
export class Watcher {
  readonly #platform: Platform;
  readonly #onBug: (error: unknown) => void;
  readonly #jobs = new Map<string, JobWatch>();
  readonly #finding = new Map<string, Promise<JobDescription>>();
  readonly #active = new ActiveWatch();
  readonly #pause = new Pause();
  readonly #poll: JobsPoll;
  #stopping: AbortController | undefined;
  #lastNewsMs = 0;
  /** The next look is further away than a new watcher should have to wait. */
  #isSlow = false;

  constructor(platform: Platform, onBug: (error: unknown) => void) {
    this.#platform = platform;
    this.#poll = new JobsPoll(platform);
    this.#onBug = onBug;
  }

  /** The job at an address: asked for once, however many want it at the same time, and not at all while it is watched. */
  find(variables: Record<string, string>): Promise<JobDescription> {
    const watch = this.#jobs.get(variables.job ?? "");
    if (watch?.isOpen === true && isAt(watch.job, variables)) return Promise.resolve(watch.job);
    const { cluster, org, project, job } = variables;
    const key = JSON.stringify([cluster, org, project, job]);
    let finding = this.#finding.get(key);
    if (finding === undefined) {
      // Others may be waiting for it too, so it does not end with one request.
      const limit = new Limit([], { ms: TICK_LIMIT_MS });
      finding = findJob(this.#platform, variables, limit.signal).finally(() => {
        limit.close();
        this.#finding.delete(key);
      });
      this.#finding.set(key, finding);
    }
    return finding;
  }

  /** Calls `listener` after each change of the subject, at most once a second, until stopped. */
  watch(subject: Subject, listener: () => void): Watching {
    const { ready, stop } = this.#add(subject, listener);
    this.#lastNewsMs = performance.now();
    if (this.#stopping === undefined && this.#isWanted()) this.#start();
    else if (this.#isSlow) this.#pause.wake();
    return {
      ready,
      stop: () => {
        stop();
        if (!this.#isWanted()) this.#stop();
      },
    };
  }

  /** Stops watching, for everyone. */
  close(): void {
    for (const watch of this.#jobs.values()) watch.close();
    this.#stop();
  }

  #add(subject: Subject, listener: () => void): Watching {
    if (subject.kind === "active" || subject.kind === "roster") {
      const topic = subject.kind === "active" ? this.#active.state : this.#active.roster;
      topic.add(listener);
      return {
        ready: this.#active.looked(),
        stop: () => {
          topic.remove(listener);
          if (!this.#isPlaceWanted()) this.#active.forget();
        },
      };
    }
    const { kind, job } = subject;
    if (isFinished(job.status)) return { stop: () => undefined };
    let watch = this.#jobs.get(job.id);
    if (watch === undefined || !watch.isOpen) {
      watch = new JobWatch(this.#platform, job, this.#onBug);
      this.#jobs.set(job.id, watch);
    }
    return watch.watch(kind === "job" ? watch.state : watch.log, listener);
  }

  #isWanted(): boolean {
    return this.#isPlaceWanted() || this.#openJobs().length > 0;
  }

  #isPlaceWanted(): boolean {
    return this.#active.state.isWatched || this.#active.roster.isWatched;
  }

  #openJobs(): JobWatch[] {
    return [...this.#jobs.values()].filter(({ isOpen }) => isOpen);
  }

  #start(): void {
    const stopping = new AbortController();
    this.#stopping = stopping;
    this.#run(stopping.signal).catch((error: unknown) => {
      this.#active.reached(false);
      this.#onBug(error);
    });
  }

  #stop(): void {
    this.#stopping?.abort();
    this.#stopping = undefined;
    this.#active.forget();
    this.#jobs.clear();
  }

  async #run(signal: AbortSignal): Promise<void> {
    const retry = new Retry(TICK_MS);
    while (!signal.aborted) {
      const startedMs = performance.now();
      const trouble = await this.#look(signal);
      this.#active.reached(trouble === undefined);
      if (signal.aborted) return;
      if (trouble === undefined) this.#tidy(retry.failures > 0);
      if (!this.#isWanted()) {
        this.#stop();
        return;
      }
      if (trouble === undefined) retry.succeeded();
      const backoffMs = trouble === undefined ? 0 : retry.afterFailure(trouble);
      const intervalMs = this.#intervalMs();
      this.#isSlow = intervalMs > TICK_MS && backoffMs === 0;
      const leftMs = startedMs + intervalMs - performance.now();
      await this.#pause.wait(Math.max(0, leftMs, backoffMs), signal);
    }
  }

  /** After a look that went well: forgets what is over, and renews streams that an outage may have killed. */
  #tidy(failedBefore: boolean): void {
    for (const [id, watch] of this.#jobs)
      if (!watch.isOpen) this.#jobs.delete(id);
      else if (failedBefore) watch.reconnect();
  }

  #intervalMs(): number {
    if (this.#active.state.isWatched || this.#openJobs().length > 0) return TICK_MS;
    const quietMs = performance.now() - this.#lastNewsMs;
    return Math.min(SLOWEST_TICK_MS, Math.max(SLOW_TICK_MS, quietMs / QUIET_SHARE));
  }

  /** Asks the platform and tells the watchers. Returns what went wrong, if anything. */
  async #look(signal: AbortSignal): Promise<PlatformError | undefined> {
    try {
      const call = { signal, timeoutMs: TICK_LIMIT_MS };
      const place = this.#isPlaceWanted() ? (await this.#platform.context(call)).selection : undefined;
      const watches = this.#openJobs();
      const sight = await this.#poll.look({ jobs: watches.map(({ job }) => job), place }, call);
      for (const watch of watches) {
        const found = sight.jobs.get(watch.job.id);
        if (found !== undefined) watch.see(found);
      }
      if (sight.active !== undefined && this.#active.see(sight.active)) this.#lastNewsMs = performance.now();
      if (sight.failure !== undefined) throw sight.failure;
      return undefined;
    } catch (error) {
      if (error instanceof PlatformError) return error;
      if (signal.aborted) return undefined;
      throw error;
    }
  }
}
