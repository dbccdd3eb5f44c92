import { isFinished, type JobDescription, type Platform, PlatformError } from "../../client/index.ts";
import { LogWatch } from "./job-log.ts";
import { fingerprint, Topic } from "./topic.ts";

/** Somebody's interest in one thing. */
export interface Watching {
  /** Resolves once every later change will be told; absent if that is so already. */
  ready?: Promise<void> | undefined;
  stop(): void;
}

/** One job as several sessions watch it: the job itself, and its log once somebody wants that. */
export class JobWatch {
  readonly state = new Topic();
  readonly log = new Topic();
  readonly #platform: Platform;
  readonly #onBug: (error: unknown) => void;
  #job: JobDescription;
  #fingerprint: string;
  #follow: LogWatch | undefined;
  #isOver = false;

  constructor(platform: Platform, job: JobDescription, onBug: (error: unknown) => void) {
    this.#platform = platform;
    this.#job = job;
    this.#fingerprint = fingerprint(job);
    this.#onBug = onBug;
  }

  get job(): JobDescription {
    return this.#job;
  }

  /** Whether the platform still has to be asked. */
  get isOpen(): boolean {
    return !this.#isOver && (this.state.isWatched || this.log.isWatched);
  }

  watch(topic: Topic, listener: () => void): Watching {
    topic.add(listener);
    if (topic === this.log) this.#openLog();
    return {
      ready: topic === this.log ? this.#follow?.ready : undefined,
      stop: () => {
        topic.remove(listener);
        if (!this.log.isWatched) this.close();
      },
    };
  }

  /** Stops following the log. */
  close(): void {
    this.#follow?.close();
    this.#follow = undefined;
  }

  /** The platform was away and is back. */
  reconnect(): void {
    this.#follow?.reconnect();
  }

  /** What a poll found: the job as it is now, or an error that will stay. */
  see(found: JobDescription | PlatformError): void {
    if (found instanceof PlatformError) {
      this.#end();
      return;
    }
    const seen = this.#fingerprint;
    this.#fingerprint = fingerprint(found);
    this.#job = found;
    if (isFinished(found.status)) this.#end();
    else if (this.#fingerprint !== seen) {
      this.state.changed();
      this.#follow?.update(found);
    }
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.state.end();
    const follow = this.#follow;
    if (follow === undefined) return;
    follow.end(this.#job);
    // A bug in it has been reported already.
    void follow.done.catch(() => undefined).then(() => this.log.end());
  }

  #openLog(): void {
    this.#follow ??= new LogWatch(this.#platform, this.#job, () => this.log.changed());
    this.#follow.done.catch(this.#onBug);
  }
}
