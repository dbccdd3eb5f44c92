import {
  type Cursor,
  type JobDescription,
  Limit,
  type LogLine,
  type Platform,
  type PlatformError,
  Retry,
  SameTime,
} from "../../client/index.ts";

/** Who wants to know what a job prints. */
export interface LogListener {
  /** Nothing more is wanted once the connection of now has ended. */
  readonly isOver: boolean;
  /** The job to connect to; undefined while there is nothing to hear. */
  open(signal: AbortSignal): Promise<JobDescription | undefined>;
  /** One line; an unfinished one comes again each time it has grown. Returns whether that was enough. */
  hear(line: LogLine): boolean;
  /** The platform has closed the log of the job as it was opened. */
  closed(job: JobDescription): void;
  /** A failure that may pass; throws every other one. */
  forgive(error: unknown): PlatformError;
  /** Waits before the next connection; false where there is to be none. */
  rest(ms: number, failure: PlatformError | undefined): Promise<boolean>;
}

interface FollowerOptions {
  platform: Platform;
  /** Starts with the first line of this time, where no place is known. */
  since?: Date | undefined;
  retryMs: number;
  /** A log that closes without a word is opened again as soon as one that spoke. */
  isEager: boolean;
}

/** Follows a job's log from a place on, over as many connections as it takes. */
export class LogFollower {
  readonly #options: FollowerOptions;
  #cursor: Cursor | undefined;
  /** The line behind it that is not finished, as last seen. */
  #open: LogLine | undefined;
  #attempt: Limit | undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** The place after what was heard. */
  get cursor(): Cursor | undefined {
    return this.#cursor;
  }

  /** What stands up to there, and an unfinished line behind it, is known. */
  startAt(cursor: Cursor | undefined, open?: LogLine): void {
    this.#cursor = cursor;
    this.#open = open;
  }

  /** Connects anew, at once: the connection of now may be dead without knowing it. */
  reconnect(): void {
    this.#attempt?.end();
  }

  /** Until nothing more is wanted or the signal fires; after a pause where something failed before. */
  async run(listener: LogListener, signal: AbortSignal, failedBefore?: PlatformError): Promise<void> {
    const retry = new Retry(this.#options.retryMs);
    let isOn =
      failedBefore === undefined || (await listener.rest(retry.afterFailure(failedBefore), failedBefore));
    while (isOn && !signal.aborted) isOn = await this.#once(listener, retry, signal);
  }

  /** One connection and the pause after it; whether there is to be another one. */
  async #once(listener: LogListener, retry: Retry, signal: AbortSignal): Promise<boolean> {
    const attempt = new Limit(signal);
    this.#attempt = attempt;
    const { heard, failure } = await this.#connect(listener, attempt.signal);
    attempt.close();
    if (listener.isOver) return false;
    if (heard || (failure === undefined && this.#options.isEager)) retry.succeeded();
    const pauseMs = retry.afterFailure(failure);
    if (attempt.isOver && failure?.retryAfterMs === undefined) return true;
    return await listener.rest(pauseMs, failure);
  }

  /** Until the stream ends or breaks; whether anything new came, and what broke it. */
  async #connect(
    listener: LogListener,
    signal: AbortSignal,
  ): Promise<{ heard: boolean; failure?: PlatformError }> {
    const { platform, since } = this.#options;
    let heard = false;
    try {
      const job = await listener.open(signal);
      if (job === undefined) return { heard };
      const where = { cluster: job.cluster_name };
      const options = { after: this.#cursor, since, where, parts: true };
      for await (const line of platform.jobs.follow(job.id, options, { signal })) {
        if (this.#isKnown(line)) continue;
        heard = true;
        this.#advance(line);
        if (listener.hear(line)) return { heard };
      }
      listener.closed(job);
      return { heard };
    } catch (error) {
      return signal.aborted ? { heard } : { heard, failure: listener.forgive(error) };
    }
  }

  /** An unfinished line comes again with each connection and each piece. */
  #isKnown({ text, time, open }: LogLine): boolean {
    return open === true && text === this.#open?.text && time === this.#open.time;
  }

  #advance(line: LogLine): void {
    this.#open = line.open === true ? line : undefined;
    const place = new SameTime(this.#cursor);
    place.saw(line);
    this.#cursor = place.cursor;
  }
}
