import { rmSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type LogRange, LogReader, type Stamp, stampLines } from "./reader.ts";
import { type LogBounds, type LogPaths, LogWriter, type TimedLine } from "./writer.ts";

/** Which lines of a log are wanted, by the time of their first byte. */
interface TimeSpan {
  /** Unix milliseconds; earlier lines are left out. */
  sinceMs?: number;
  /** Unix milliseconds; later lines are left out, and so is one that is not complete. */
  untilMs?: number;
}

/** The most files held open for writing. */
const OPEN_LOGS = 200;
/** Bytes of output kept of a job by default. */
const LOG_LIMIT_BYTES = 1024 ** 3;
/** Room kept for the last lines of logs on a full disk. */
const RESERVE_BYTES = 256 * 1024;
const NEW_LINE = Buffer.from("\n");

export type LogStore = Pick<FileLogs, keyof FileLogs>;

/**
 * The log of every job: each line with the time it was written, indexed by time. What an earlier process wrote to
 * the folder is found again, whatever ended it. What is finished holds nothing open and nothing in memory.
 */
export class FileLogs {
  readonly #folder: string;
  /** In the order of their last use. */
  readonly #logs = new Map<string, LogWriter>();
  readonly #open = new Set<LogWriter>();
  readonly #bounds: LogBounds;
  #hasReserve = false;

  constructor(folder: string, limitBytes = LOG_LIMIT_BYTES) {
    this.#folder = folder;
    this.#bounds = { limitBytes, makeRoom: () => rmSync(this.#reserve, { force: true }) };
  }

  /** Appends output as it comes; a line may arrive in pieces. Its time is that of its first byte, never earlier than the last. */
  append(jobId: string, chunk: Uint8Array, atMs: number): void {
    if (chunk.length === 0) return;
    this.#writable(jobId).append(chunk, atMs);
  }

  endLine(jobId: string): void {
    this.#logs.get(jobId)?.endLine();
  }

  /** Appends many lines with their own times at once; the log is ended then. */
  fill(jobId: string, lines: Iterable<TimedLine>): void {
    this.#writable(jobId).fill(lines);
    this.end(jobId);
  }

  /** Whether output came since the log was last ended: `end` will be called. */
  isLive(jobId: string): boolean {
    return this.#logs.get(jobId)?.hasOutput ?? false;
  }

  /** Finds lines by time, without reading what lies before them. */
  range(jobId: string, { sinceMs, untilMs }: TimeSpan): LogRange {
    const file = LogReader.open(this.#paths(jobId));
    if (file === undefined) return { start: 0, end: 0 };
    try {
      const start = sinceMs === undefined ? 0 : file.lineStart(file.firstAt((ms) => ms >= sinceMs));
      const end = untilMs === undefined ? file.size : file.completeBefore(file.firstAt((ms) => ms > untilMs));
      return { start, end: Math.max(start, end) };
    } finally {
      file.close();
    }
  }

  /** What is in a range; lines are prefixed with their time if `stamp` is given. */
  async *read(jobId: string, range: LogRange, stamp?: Stamp): AsyncIterable<Uint8Array> {
    const file = LogReader.open(this.#paths(jobId));
    if (file === undefined) return;
    try {
      yield* stamp === undefined ? file.bytes(range) : stampLines(file, range, stamp);
      if (range.end >= file.size && !this.isLive(jobId) && file.lineIsOpen(range)) yield NEW_LINE;
    } finally {
      file.close();
    }
  }

  /** Everything from `start` on, and what still comes, until `signal` fires or the job's log is ended. */
  async *follow(
    jobId: string,
    start: number,
    { signal, stamp }: { signal: AbortSignal; stamp?: Stamp | undefined },
  ): AsyncIterable<Uint8Array> {
    const log = this.#log(jobId);
    log.followers += 1;
    let file: LogReader | undefined;
    try {
      for (let at = start; await log.grows(at, signal); ) {
        file ??= LogReader.open(this.#paths(jobId));
        if (file === undefined) return;
        const range = { start: at, end: log.size };
        yield* stamp === undefined ? file.bytes(range) : stampLines(file, range, stamp);
        at = range.end;
      }
    } finally {
      file?.close();
      log.followers -= 1;
      this.#forget(jobId, log);
    }
  }

  /** No more will come (until `append` is called again, after a restart). */
  end(jobId: string): void {
    const log = this.#logs.get(jobId);
    if (log === undefined) return;
    log.end();
    this.#open.delete(log);
    this.#forget(jobId, log);
  }

  async remove(jobId: string): Promise<void> {
    this.end(jobId);
    const { text, index } = this.#paths(jobId);
    await Promise.all([rm(text, { force: true }), rm(index, { force: true })]);
  }

  async close(): Promise<void> {
    for (const jobId of [...this.#logs.keys()]) this.end(jobId);
    rmSync(this.#reserve, { force: true });
  }

  get #reserve(): string {
    return join(this.#folder, "reserve");
  }

  #keepReserve(): void {
    this.#hasReserve = true;
    try {
      writeFileSync(this.#reserve, Buffer.alloc(RESERVE_BYTES), { mode: 0o600 });
    } catch {
      // A disk that is full already has no room to keep.
      rmSync(this.#reserve, { force: true });
    }
  }

  #log(jobId: string): LogWriter {
    const known = this.#logs.get(jobId);
    if (known !== undefined) return known;
    const log = new LogWriter(this.#paths(jobId), this.#bounds);
    this.#logs.set(jobId, log);
    return log;
  }

  #writable(jobId: string): LogWriter {
    const log = this.#log(jobId);
    if (this.#open.has(log)) return log;
    if (!this.#hasReserve) this.#keepReserve();
    this.#open.add(log);
    const [oldest] = this.#open;
    if (this.#open.size > OPEN_LOGS && oldest !== undefined) {
      oldest.rest();
      this.#open.delete(oldest);
    }
    return log;
  }

  /** An ended log that nobody follows takes no memory. */
  #forget(jobId: string, log: LogWriter): void {
    const idle = log.followers === 0 && (log.ended || !log.hasOutput);
    if (idle && this.#logs.get(jobId) === log) this.#logs.delete(jobId);
  }

  #paths(jobId: string): LogPaths {
    const base = join(this.#folder, shardOf(jobId), jobId);
    return { text: `${base}.log`, index: `${base}.times` };
  }
}

/** Two characters of the random part: a folder with 100,000 files is slow to look into. */
function shardOf(jobId: string): string {
  return jobId.slice(4, 6).replaceAll(/[^0-9a-zA-Z]/g, "_") || "_";
}
