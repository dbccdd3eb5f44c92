import {
  type Cursor,
  type JobDescription,
  Limit,
  type LogLine,
  type Platform,
  PlatformError,
  Retry,
  SameTime,
} from "../../client/index.ts";
import { Pause } from "./pause.ts";

const FIRST_RETRY_MS = 1000;
/** How long the last lines of a job that ended are waited for. */
const LAST_LINES_MS = 3000;
const PLACE_LIMIT_MS = 15_000;
/** What comes later is told as news, should it be old: nobody waits for a job that is silent. */
const SILENCE_MS = 300;

/** One job's log, followed over one stream however many want to know of new lines. */
export class LogFollow {
  /** Resolves once it is known where the log ends now: what is printed from then on is news. */
  readonly ready: Promise<void>;
  /** Settles when nothing is followed any more; rejects for a bug only. */
  readonly done: Promise<void>;
  readonly #platform: Platform;
  readonly #onLine: () => void;
  readonly #closing = new AbortController();
  readonly #pause = new Pause();
  #attempt: Limit | undefined;
  #job: JobDescription;
  #cursor: Cursor | undefined;
  /** The line behind it that is not finished, as last seen. */
  #open: LogLine | undefined;
  #isPlaced = false;
  #hasEnded = false;

  constructor(platform: Platform, job: JobDescription, onLine: () => void) {
    this.#platform = platform;
    this.#job = job;
    this.#onLine = onLine;
    const placed = this.#firstPlace();
    this.ready = placed.then(() => undefined);
    this.done = placed.then((failure) => this.#run(failure));
  }

  /** A newer description of the job: it may run now, so that there is something to follow. */
  update(job: JobDescription): void {
    const isNews = this.#job.status !== job.status;
    this.#job = job;
    if (isNews) this.#pause.wake();
  }

  /** The platform was away and is back: a stream of before may be dead without knowing it. */
  reconnect(): void {
    this.#attempt?.end();
    this.#pause.wake();
  }

  /** The job has ended: what it printed last is still waited for, within a bounded time. */
  end(job: JobDescription): void {
    this.#hasEnded = true;
    this.update(job);
    const patience = setTimeout(() => this.close(), LAST_LINES_MS).unref();
    void this.done.then(
      () => clearTimeout(patience),
      () => clearTimeout(patience),
    );
  }

  close(): void {
    this.#closing.abort();
  }

  async #firstPlace(): Promise<PlatformError | undefined> {
    try {
      await this.#place(this.#closing.signal);
      return undefined;
    } catch (error) {
      return this.#forgive(error);
    }
  }

  /** `failed` is what kept the end of the log from being found. */
  async #run(failed: PlatformError | undefined): Promise<void> {
    const { signal } = this.#closing;
    const retry = new Retry(FIRST_RETRY_MS);
    if (failed !== undefined) await this.#rest(retry.afterFailure(failed), failed);
    while (!signal.aborted) {
      const attempt = new Limit(signal);
      this.#attempt = attempt;
      const { heard, failure } = await this.#listen(attempt.signal);
      attempt.close();
      if (this.#hasEnded) return;
      if (heard) retry.succeeded();
      const waitMs = retry.afterFailure(failure);
      if (!attempt.isOver || failure?.retryAfterMs !== undefined) await this.#rest(waitMs, failure);
    }
  }

  /** News of the job shortens a pause of ours, not one that the platform asked for. */
  async #rest(ms: number, failure: PlatformError | undefined): Promise<void> {
    const pause = failure?.retryAfterMs === undefined ? this.#pause : new Pause();
    await pause.wait(ms, this.#closing.signal);
  }

  /** Until the stream ends or breaks; whether anything new came, and what broke it. */
  async #listen(signal: AbortSignal): Promise<{ heard: boolean; failure?: PlatformError | undefined }> {
    let heard = false;
    let failure: PlatformError | undefined;
    try {
      if (!this.#isPlaced) {
        await this.#place(signal);
        // What was printed while that failed cannot be told apart from what was there.
        this.#onLine();
      }
      if (this.#job.status !== "running") return { heard };
      const { id, cluster_name: cluster } = this.#job;
      const options = { after: this.#cursor, where: { cluster }, parts: true };
      for await (const line of this.#platform.jobs.follow(id, options, { signal })) {
        if (this.#isKnown(line)) continue;
        heard = true;
        this.#advance(line);
        this.#onLine();
      }
    } catch (error) {
      if (!signal.aborted) failure = this.#forgive(error);
    }
    return { heard, failure };
  }

  /** Notes where the log ends now, once: what was printed before is not news. */
  async #place(signal: AbortSignal): Promise<void> {
    const job = this.#job;
    // A job that never ran has printed nothing: its first line will be news.
    if (job.history.started_at !== undefined) {
      const call = { signal, timeoutMs: PLACE_LIMIT_MS };
      const options = { lines: 1, job, silenceMs: SILENCE_MS };
      const { cursor, lines } = await this.#platform.jobs.tail(job.id, options, call);
      this.#cursor = cursor;
      this.#open = lines.at(-1)?.open === true ? lines.at(-1) : undefined;
    }
    this.#isPlaced = true;
  }

  /** An outage passes; that the job cannot be read at all is for its poll to find. */
  #forgive(error: unknown): PlatformError | undefined {
    if (error instanceof PlatformError) return error;
    if (this.#closing.signal.aborted) return undefined;
    throw error;
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
