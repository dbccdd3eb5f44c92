/** Where to read a job's log, and how. */
export interface ReadOptions {
  /** Unix milliseconds; earlier lines are left out. */
  sinceMs?: number;
  /** Unix milliseconds; later lines are left out. */
  untilMs?: number;
  /** Prefix each line with its time, RFC 3339 in UTC, and a space. */
  timestamps?: boolean;
}

/** The log of every job: each line with the time it was written, indexed by time. */
export interface LogStore {
  /** Appends output as it comes; a line may arrive in pieces. Its time is that of its first byte. */
  append(jobId: string, chunk: Uint8Array, atMs: number): void;
  /** Ends a line that was left open (the process ended). */
  endLine(jobId: string): void;
  /** Whole lines already written. Cost in proportion to what is returned, not to the size of the log. */
  read(jobId: string, options: ReadOptions): AsyncIterable<Uint8Array>;
  /** The same, then everything that comes, until `signal` fires or the job's log is ended. */
  follow(jobId: string, options: ReadOptions, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** No more will come (until `append` is called again, after a restart). */
  end(jobId: string): void;
  remove(jobId: string): Promise<void>;
  close(): Promise<void>;
}
