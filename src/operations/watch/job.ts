import { FINISHED_STATUSES, type JobDescription, type Platform, PlatformError } from "../../client/index.ts";
import { fingerprint } from "./fingerprint.ts";
import { LogWatch } from "./job-log.ts";
import { Topic } from "./topic.ts";

/** Whether nothing about the job will change any more. */
export function hasEnded({ status }: JobDescription): boolean {
  return FINISHED_STATUSES.some((finished) => finished === status);
}

export interface JobWatchOptions {
  platform: Platform;
  job: JobDescription;
  /** What only a bug can cause. */
  onBug(error: unknown): void;
}

/** Somebody's interest in one thing. */
export interface Watching {
  /** Resolves when every later change will be told; at once where absent. */
  ready?: Promise<void> | undefined;
  stop(): void;
}

/** One job as several sessions watch it: the job itself, and its log once somebody wants that. */
export class JobWatch {
  readonly state = new Topic();
  readonly log = new Topic();
  readonly #options: JobWatchOptions;
  #job: JobDescription;
  #print: string;
  #follow: LogWatch | undefined;
  #isOver = false;

  constructor(options: JobWatchOptions) {
    this.#options = options;
    this.#job = options.job;
    this.#print = fingerprint(options.job);
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
        if (!this.log.isWatched) this.#closeLog();
      },
    };
  }

  /** Follows the log no more. */
  close(): void {
    this.#closeLog();
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
    const print = fingerprint(found);
    const isNews = print !== this.#print;
    this.#job = found;
    this.#print = print;
    if (hasEnded(found)) this.#end();
    else if (isNews) {
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
    void follow.done.then(
      () => this.log.end(),
      () => this.log.end(),
    );
  }

  #openLog(): void {
    const { platform, onBug } = this.#options;
    this.#follow ??= new LogWatch(platform, this.#job, () => this.log.changed());
    this.#follow.done.catch(onBug);
  }

  #closeLog(): void {
    this.#follow?.close();
    this.#follow = undefined;
  }
}
