import { type JobDescription, type Platform, PlatformError } from "../../client/index.ts";
import { LogFollower } from "../logs/follower.ts";
import { Pause } from "./pause.ts";

const FIRST_RETRY_MS = 1000;
/** How long the last lines of a job that ended are waited for. */
const LAST_LINES_MS = 3000;
const PLACE_LIMIT_MS = 15_000;
/** What comes later is told as news, should it be old: nobody waits for a job that is silent. */
const SILENCE_MS = 300;

/** One job's log, followed over one stream however many want to know of new lines. */
export class LogWatch {
  /** Resolves once it is known where the log ends now: what is printed from then on is news. */
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
    this.#follower.reconnect();
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
      return this.#closing.signal.aborted ? undefined : passing(error);
    }
  }

  /** `failed` is what kept the end of the log from being found. */
  #run(failed: PlatformError | undefined): Promise<void> {
    const hasEnded = () => this.#hasEnded;
    const listener = {
      get isOver() {
        return hasEnded();
      },
      open: (signal: AbortSignal) => this.#open(signal),
      hear: () => {
        this.#onLine();
        return false;
      },
      closed: () => undefined,
      forgive: passing,
      rest: (ms: number, failure: PlatformError | undefined) => this.#rest(ms, failure),
    };
    return this.#follower.run(listener, this.#closing.signal, failed);
  }

  async #open(signal: AbortSignal): Promise<JobDescription | undefined> {
    if (!this.#isPlaced) {
      await this.#place(signal);
      // What was printed while that failed cannot be told apart from what was there.
      this.#onLine();
    }
    return this.#job.status === "running" ? this.#job : undefined;
  }

  /** News of the job shortens a pause of ours, not one that the platform asked for. */
  async #rest(ms: number, failure: PlatformError | undefined): Promise<boolean> {
    const pause = failure?.retryAfterMs === undefined ? this.#pause : new Pause();
    await pause.wait(ms, this.#closing.signal);
    return true;
  }

  /** Notes where the log ends now, once: what was printed before is not news. */
  async #place(signal: AbortSignal): Promise<void> {
    const job = this.#job;
    // A job that never ran has printed nothing: its first line will be news.
    if (job.history.started_at !== undefined) {
      const call = { signal, timeoutMs: PLACE_LIMIT_MS };
      const options = { lines: 1, job, silenceMs: SILENCE_MS };
      const { cursor, lines } = await this.#platform.jobs.tail(job.id, options, call);
      this.#follower.startAt(cursor, lines.at(-1)?.open === true ? lines.at(-1) : undefined);
    }
    this.#isPlaced = true;
  }
}

/** An outage passes; that the job cannot be read at all is for its poll to find. */
function passing(error: unknown): PlatformError {
  if (error instanceof PlatformError) return error;
  throw error;
}
