import { setTimeout as delay } from "node:timers/promises";
import type { RunningJob } from "../run/job-process.ts";
import { current, isFinished, type JobRecord, type StatusItem } from "../state/job.ts";
import { step } from "../state/job-history.ts";
import { Container } from "./container.ts";
import type { RunDeps } from "./deps.ts";
import { missing } from "./launch.ts";
import { mayContinue } from "./queue.ts";
import { comesBack, FAILED_TO_START, LOST, outcomeOf, pull, restartsAfter } from "./rules.ts";

/** Thrown to leave the flow of a job that has ended. */
class Ended extends Error {}

/** Takes one job from its creation to its end. */
export class JobRun {
  readonly #job: JobRecord;
  readonly #deps: RunDeps;
  readonly #stop = new AbortController();
  readonly #container: Container;
  readonly #resumed: boolean;
  #going: "suspended" | "lost" | undefined;
  #wasLost = false;
  #cancelLoss: (() => void) | undefined;
  #waitingSinceMs: number;

  constructor(job: JobRecord, deps: RunDeps, resumed: boolean) {
    this.#resumed = resumed;
    this.#job = job;
    this.#deps = deps;
    this.#container = new Container(job, deps, this.#stop.signal);
    this.#waitingSinceMs = deps.clock.nowMs();
  }

  get running(): RunningJob | undefined {
    return this.#stop.signal.aborted ? undefined : this.#container.running;
  }

  /** Resolves when the job is finished and no process of it is left. */
  async finish(): Promise<void> {
    const { logs, nodes } = this.#deps;
    try {
      if (this.#resumed) await this.#held();
      else await this.#start();
      const wasRunning = this.#resumed && current(this.#job).status === "running";
      if (!(wasRunning && nodes.restore(this.#job))) await this.#ready();
      while (!(await this.#runPod())) await this.#ready();
    } catch (error) {
      if (!(error instanceof Ended || this.#stop.signal.aborted))
        this.#move("failed", { reason: String(error), description: FAILED_TO_START });
    } finally {
      await this.#container.end();
      nodes.release(this.#job.id);
      logs.end(this.#job.id);
    }
  }

  /** Ends the job as `cancelled`, at once; its processes follow. */
  cancel(reason: string): void {
    if (!this.#move("cancelled", { reason })) return;
    this.#stop.abort();
    this.#end();
  }

  /** Kills the processes; what that means is for the restart policy. Source: protocol reference 4.6. */
  signal(): void {
    this.#container.kill();
  }

  get suspendable(): boolean {
    return this.#container.isLive && this.#going === undefined;
  }

  /** Takes a running job off its node until its schedule and its turn let it continue. */
  suspend(): void {
    if (!this.suspendable) return;
    this.#going = "suspended";
    this.#end();
  }

  /** Stops without changing the record, because the emulator closes. */
  abandon(): void {
    this.#stop.abort();
    this.#container.kill();
  }

  async #start(): Promise<void> {
    const { timing } = this.#deps;
    await this.#pause(timing.schedulingMs / 2);
    await this.#until(() => this.#deps.seatFree(this.#job) && this.#deps.inSchedule(this.#job));
    const lack = missing(this.#job, this.#deps);
    if (lack !== undefined) this.#failNow(lack, FAILED_TO_START);
    this.#job.materialized = true;
    this.#waitingSinceMs = this.#deps.clock.nowMs();
    this.#move("pending", { reason: "Scheduling" });
    await this.#pause(timing.schedulingMs / 2);
    await this.#held();
  }

  async #ready(): Promise<void> {
    await this.#until(() => this.#deps.inSchedule(this.#job));
    await this.#until(() => this.#disksFree());
    await this.#until(() => this.#mayTryAgain() && this.#placed());
    this.#job.materialized = true;
    await this.#pulled();
  }

  async #held(): Promise<void> {
    await this.#until(() => {
      const { pinned, chaos } = this.#deps;
      const hold = pinned.get(this.#job.id) ?? chaos.forJob(this.#job, "hold");
      if (hold === undefined) return true;
      this.#move("pending", { reason: hold.reason, description: hold.description ?? null });
      this.#waitingSinceMs = this.#deps.clock.nowMs();
      return false;
    });
  }

  /** A suspended job waits for its turn before it waits for room. */
  #mayTryAgain(): boolean {
    const { nodes, clock, timing, seatFree } = this.#deps;
    if (current(this.#job).status !== "suspended") return true;
    const line = nodes.line();
    if (seatFree(this.#job) && mayContinue(this.#job, line, { nowMs: clock.nowMs(), timing })) return true;
    nodes.release(this.#job.id);
    return false;
  }

  #disksFree(): boolean {
    if (!this.#deps.diskBusy(this.#job)) return true;
    const description = "Waiting for another job to release disk resource";
    this.#move("pending", { reason: "DiskUnavailable", description });
    return false;
  }

  #placed(): boolean {
    const { clock, timing, nodes } = this.#deps;
    const placement = nodes.place(this.#job);
    if (placement === "placed") return true;
    if (placement === "impossible") this.#failNow("Job cannot be scheduled", FAILED_TO_START);
    const pending = this.#job.statuses.at(-1)?.status === "pending";
    if (placement === "scaling" && pending) {
      const description = "Scaling up the cluster to get more resources";
      this.#move("pending", { reason: "ClusterScalingUp", description });
    }
    if (this.#job.schedulerEnabled) return false;
    const limitMs = (this.#job.scheduleTimeoutSeconds ?? timing.scheduleTimeoutMs / 1000) * 1000;
    if (pending && clock.nowMs() - this.#waitingSinceMs > limitMs)
      this.#failNow("ClusterScaleUpFailed", "Failed to scale up the cluster to get more resources");
    return false;
  }

  async #pulled(): Promise<void> {
    const { timing, images, clock } = this.#deps;
    const { image } = this.#job.container;
    const outcome = pull(image, images);
    if (outcome === "invalid") {
      this.#move("pending", { reason: "InvalidImageName" });
      await this.#pause(timing.pollMs);
      this.#failNow("Collected", `Invalid image name '${image}'`);
    }
    this.#move("pending", { reason: "Pulling", description: `Pulling image "${image}"` });
    await this.#pause(timing.pullMs);
    if (outcome === "missing") {
      const deadline = clock.nowMs() + timing.pullErrorTimeoutMs;
      this.#move("pending", { reason: "ErrImagePull" });
      await this.#until(() => clock.nowMs() >= deadline - timing.pullErrorTimeoutMs / 2);
      this.#move("pending", { reason: "ImagePullBackOff" });
      await this.#until(() => clock.nowMs() >= deadline);
      this.#failNow("Collected", `Image '${image}' can not be pulled`);
    }
    this.#move("pending", { reason: "ContainerCreating" });
    await this.#pause(timing.startMs);
  }

  /** Runs the process, and again as the restart policy says, until the pod is gone. True when the job is over. */
  async #runPod(): Promise<boolean> {
    try {
      for (;;) {
        const ending = await this.#container.run(() => this.#began());
        if (this.#stop.signal.aborted) return true;
        if (this.#going !== undefined) return await this.#gone();
        if (!restartsAfter(this.#job, ending)) {
          const { status, ...more } = outcomeOf(ending);
          this.#move(status, more);
          return true;
        }
        this.#move("running", { reason: "Restarting" });
        // A new container begins with nothing but its image; only what is mounted stays.
        await this.#deps.folders.removeJob(this.#job.id);
        await this.#pause(this.#deps.timing.restartDelayMs);
        if (this.#going !== undefined) return await this.#gone();
      }
    } finally {
      this.#cancelLoss?.();
      this.#cancelLoss = undefined;
    }
  }

  #began(): void {
    const { clock, chaos } = this.#deps;
    this.#move("running", {});
    if (this.#wasLost || this.#cancelLoss !== undefined) return;
    const afterMs = chaos.forJob(this.#job, "lose_node")?.afterMs;
    if (afterMs !== undefined) this.#cancelLoss = clock.ringAt(clock.nowMs() + afterMs, () => this.#lose());
  }

  /** The pod vanishes: nobody asks the process to end. */
  #lose(): void {
    this.#wasLost = true;
    this.#going ??= "lost";
    this.#deps.nodes.leave(this.#job.id);
    this.#container.kill();
  }

  /** Whether that is the end of the job. If not, its next pod begins with nothing but its image. */
  async #gone(): Promise<boolean> {
    const { nodes, folders, clock } = this.#deps;
    const suspended = this.#going === "suspended";
    const over = !suspended && !comesBack(this.#job);
    this.#going = undefined;
    this.#job.materialized = !suspended && !over;
    this.#waitingSinceMs = clock.nowMs();
    if (suspended) this.#move("suspended", {});
    else if (over) this.#move("failed", LOST);
    else this.#move("pending", { reason: "Scheduling" });
    nodes.release(this.#job.id);
    if (!over) await folders.removeJob(this.#job.id);
    return over;
  }

  #end(): void {
    this.#deps.nodes.leave(this.#job.id);
    void this.#container.end();
  }

  #failNow(reason: string, description: string): never {
    this.#move("failed", { reason, description });
    throw new Ended();
  }

  #move(status: StatusItem["status"], more: Partial<StatusItem>): boolean {
    return this.#deps.move(this.#job, step(status, this.#deps.clock.nowMs(), more));
  }

  async #pause(ms: number): Promise<void> {
    if (isFinished(this.#job)) throw new Ended();
    await delay(ms, undefined, { signal: this.#stop.signal });
  }

  /** Asks until the answer is yes; the first time at once. */
  async #until(reached: () => boolean): Promise<void> {
    this.#stop.signal.throwIfAborted();
    while (!reached()) await this.#pause(this.#deps.timing.pollMs);
  }
}
