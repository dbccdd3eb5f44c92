import { type Cursor, type JobDescription, type Platform, PlatformError } from "../../client/index.ts";
import { Pause } from "./pause.ts";

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 10_000;
/** How long the last lines of a job that ended are waited for. */
const LAST_LINES_MS = 3000;

/** One job's log, followed over one stream however many want to know of new lines. */
export class LogFollow {
  /** Settles when nothing is followed any more; rejects for a bug only. */
  readonly done: Promise<void>;
  readonly #platform: Platform;
  readonly #onLine: () => void;
  readonly #closing = new AbortController();
  readonly #pause = new Pause();
  #job: JobDescription;
  #cursor: Cursor | undefined;
  #isPlaced = false;
  #hasEnded = false;

  constructor(platform: Platform, job: JobDescription, onLine: () => void) {
    this.#platform = platform;
    this.#job = job;
    this.#onLine = onLine;
    this.done = this.#run();
  }

  /** A newer description of the job: it may run now, so that there is something to follow. */
  update(job: JobDescription): void {
    const isNews = this.#job.status !== job.status;
    this.#job = job;
    if (isNews) this.#pause.wake();
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

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    let waitMs = FIRST_RETRY_MS;
    while (!signal.aborted) {
      const heard = await this.#listen(signal);
      if (this.#hasEnded) return;
      waitMs = heard ? FIRST_RETRY_MS : Math.min(LONGEST_RETRY_MS, waitMs * 2);
      await this.#pause.wait(waitMs, signal);
    }
  }

  /** Until the stream ends or breaks; whether anything new came. */
  async #listen(signal: AbortSignal): Promise<boolean> {
    let heard = false;
    try {
      await this.#place(signal);
      if (this.#job.status !== "running") return false;
      const { id, cluster_name: cluster } = this.#job;
      const options = { after: this.#cursor, where: { cluster } };
      for await (const { time } of this.#platform.jobs.follow(id, options, { signal })) {
        heard = true;
        this.#advance(time);
        this.#onLine();
      }
    } catch (error) {
      // An outage passes; that the job cannot be read at all is for its poll to find.
      if (!(signal.aborted || error instanceof PlatformError)) throw error;
    }
    return heard;
  }

  /** Notes where the log ends now, once: what was printed before is not news. */
  async #place(signal: AbortSignal): Promise<void> {
    if (this.#isPlaced) return;
    const job = this.#job;
    // A job that never ran has printed nothing: its first line will be news.
    if (job.history.started_at !== undefined) {
      this.#cursor = (await this.#platform.jobs.tail(job.id, { lines: 1, job }, { signal })).cursor;
    }
    this.#isPlaced = true;
  }

  #advance(time: string | undefined): void {
    if (time === undefined) return;
    const count = this.#cursor?.time === time ? this.#cursor.count + 1 : 1;
    this.#cursor = { time, count };
  }
}
