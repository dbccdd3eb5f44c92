import { type JobDescription, type Platform, PlatformError } from "../../client/index.ts";
import { LogFollower, type LogListener } from "../logs/follower.ts";
import { Pause } from "../patience.ts";

const FIRST_RETRY_MS = 1000;
/** How long to wait for the last lines of a job that has ended. */
const LAST_LINES_MS = 15_000;
const PLACE_LIMIT_MS = 15_000;
/** A silent job is not waited for: a line that comes later counts as news, be it an old one. */
const SILENCE_MS = 300;

/** One job's log, followed over one stream for everyone who watches it. */
export class LogWatch {
  /** Resolves once the present end of the log is known: what is printed from then on is news. */
  readonly ready: Promise<void>;
  /** Settles when nothing is followed any more; rejects for a bug only. */
  readonly done: Promise<void>;
  readonly #platform: Platform;
  readonly #onLine: () => void;
  readonly #closing = new AbortController();
  readonly #pause = new Pause();
  readonly #follower: LogFollower;
  #job: JobDescription;
  #isPlaced = false;
  #hasEnded = false;

  constructor(platform: Platform, job: JobDescription, onLine: () => void) {
    this.#platform = platform;
    this.#job = job;
    this.#onLine = onLine;
    this.#follower = new LogFollower({ platform, retryMs: FIRST_RETRY_MS, isEager: false });
    const { signal } = this.#closing;
    const placed = this.#place(signal).then(
      () => undefined,
      (error: unknown) => (signal.aborted ? undefined : passing(error)),
    );
    this.ready = placed.then(() => undefined);
    this.done = placed.then((failure) => this.#follower.run(this.#listener(), signal, failure));
  }

  /** A newer description of the job: it may be running now, so that there is a log to follow. */
  update(job: JobDescription): void {
    const isNews = this.#job.status !== job.status;
    this.#job = job;
    if (isNews) this.#pause.wake();
  }

  /** The platform was away and is back: the stream may be dead without knowing it. */
  reconnect(): void {
    this.#follower.reconnect();
    this.#pause.wake();
  }

  /** The job has ended: its last lines still get a moment to come. */
  end(job: JobDescription): void {
    this.#hasEnded = true;
    this.update(job);
    setTimeout(() => this.close(), LAST_LINES_MS).unref();
  }

  close(): void {
    this.#closing.abort();
  }

  #listener(): LogListener {
    const hasEnded = () => this.#hasEnded;
    return {
      get isOver() {
        return hasEnded();
      },
      open: (signal) => this.#open(signal),
      hear: () => {
        this.#onLine();
        return false;
      },
      closed: () => undefined,
      forgive: passing,
      rest: async (ms, failure) => {
        // News of the job cuts a pause of ours short, not one that the platform asked for.
        const pause = failure?.retryAfterMs === undefined ? this.#pause : new Pause();
        await pause.wait(ms, this.#closing.signal);
        return true;
      },
    };
  }

  async #open(signal: AbortSignal): Promise<JobDescription | undefined> {
    if (!this.#isPlaced) {
      await this.#place(signal);
      // What was printed while that failed cannot be told from what was there before.
      this.#onLine();
    }
    return this.#job.status === "running" ? this.#job : undefined;
  }

  /** Notes, once, where the log ends: what was printed before is not news. */
  async #place(signal: AbortSignal): Promise<void> {
    const job = this.#job;
    // A job that never ran has printed nothing: its first line will be news.
    if (job.history.started_at !== undefined) {
      const call = { signal, timeoutMs: PLACE_LIMIT_MS };
      const options = { lines: 1, job, silenceMs: SILENCE_MS };
      const { cursor, lines } = await this.#platform.jobs.tail(job.id, options, call);
      const last = lines.at(-1);
      this.#follower.startAt(cursor, last?.open === true ? last : undefined);
    }
    this.#isPlaced = true;
  }
}

/** An outage passes; that the job cannot be read at all is for its poll to find. */
function passing(error: unknown): PlatformError {
  if (error instanceof PlatformError) return error;
  throw error;
}
