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

/** Receives what a job prints, and decides how long to go on. */
export interface LogListener {
  /** No further connection is wanted after the current one. */
  readonly isOver: boolean;
  /** The job to connect to; undefined while it has no log to follow. */
  open(signal: AbortSignal): Promise<JobDescription | undefined>;
  /** The log of that job is open. */
  opened?(): void;
  /** Takes a line; an unfinished one comes again each time it has grown. True ends the following. */
  hear(line: LogLine): boolean;
  /** The platform has closed the log; `job` is what `open` gave. */
  closed(job: JobDescription): void;
  /** The failure, if it may pass; throws any other. */
  forgive(error: unknown): PlatformError;
  /** Waits before the next connection; false if there should be none. */
  rest(ms: number, failure: PlatformError | undefined): Promise<boolean>;
}

interface FollowerOptions {
  platform: Platform;
  /** Where to start while no place is known. */
  since?: Date | undefined;
  retryMs: number;
  /** Reopen a log that closed without a line as soon as one that gave some. */
  isEager: boolean;
}

/** Follows a job's log from a place, over as many connections as it takes. */
export class LogFollower {
  readonly #options: FollowerOptions;
  #cursor: Cursor | undefined;
  /** The unfinished line after it, as last seen. */
  #open: LogLine | undefined;
  #attempt: Limit | undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** The place after what was heard. */
  get cursor(): Cursor | undefined {
    return this.#cursor;
  }

  /** Everything up to there, and the unfinished line after it, is known. */
  startAt(cursor: Cursor | undefined, open?: LogLine): void {
    this.#cursor = cursor;
    this.#open = open;
  }

  /** Connects anew at once: the current connection may be dead without knowing it. */
  reconnect(): void {
    this.#attempt?.end();
  }

  /** Runs until nothing more is wanted or the signal fires; `failedBefore` makes it pause first. */
  async run(listener: LogListener, signal: AbortSignal, failedBefore?: PlatformError): Promise<void> {
    const retry = new Retry(this.#options.retryMs);
    let isOn =
      failedBefore === undefined || (await listener.rest(retry.afterFailure(failedBefore), failedBefore));
    while (isOn && !signal.aborted) isOn = await this.#once(listener, retry, signal);
  }

  /** One connection and the pause after it; returns whether to go on. */
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

  /** Reads until the stream ends or breaks: whether anything new came, and what broke it. */
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
      const opened = () => listener.opened?.();
      const options = { after: this.#cursor, since, where, parts: true, opened };
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

  /** An unfinished line comes with each piece of it and each connection. */
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
