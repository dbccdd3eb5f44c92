import { cp } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { CannedLog } from "../chaos.ts";
import type { RunningJob } from "../run/job-process.ts";
import type { Ending } from "../run/launch.ts";
import type { JobRecord } from "../state/job.ts";
import type { RunDeps } from "./deps.ts";
import { launchOf } from "./launch.ts";

/** What a job runs: one process after another, or a log that is played in place of one. */
export class Container {
  readonly #job: JobRecord;
  readonly #deps: RunDeps;
  readonly #stop: AbortSignal;
  #running: RunningJob | undefined;
  #live: Live | undefined;

  /** Once `stop` fires nothing new begins; what runs must be ended. */
  constructor(job: JobRecord, deps: RunDeps, stop: AbortSignal) {
    this.#job = job;
    this.#deps = deps;
    this.#stop = stop;
  }

  get running(): RunningJob | undefined {
    return this.#running;
  }

  get isLive(): boolean {
    return this.#live !== undefined;
  }

  /** Runs it once and calls `began` if anything began; `output` is the end of what it printed, null for nothing. */
  async run(began: () => void): Promise<Ending & { output: string | null }> {
    const { logs, clock } = this.#deps;
    let tail = Buffer.alloc(0);
    const print = (chunk: Uint8Array) => {
      tail = Buffer.from(Buffer.concat([tail, chunk.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES));
      logs.append(this.#job.id, chunk, clock.nowMs());
    };
    const lines = new WholeLines(print);
    const live = await this.#launch(lines, print);
    if (this.#running === undefined || this.#running.pid > 0) began();
    const ending = await live.ended;
    lines.flush();
    this.#live = undefined;
    this.#running = undefined;
    logs.endLine(this.#job.id);
    const lastLines = String(tail)
      .split("\n")
      .slice(-TAIL_LINES - 1);
    return { ...ending, output: lastLines.join("\n") || null };
  }

  kill(): void {
    this.#live?.kill("SIGKILL");
  }

  /** Sends SIGTERM, then SIGKILL; resolves when nothing runs. */
  async end(): Promise<void> {
    const live = this.#live;
    if (live === undefined) return;
    live.kill("SIGTERM");
    const stubborn = setTimeout(() => live.kill("SIGKILL"), this.#deps.timing.killGraceMs);
    await live.ended;
    clearTimeout(stubborn);
  }

  /** The result can be killed as soon as it runs. */
  async #launch(lines: WholeLines, print: (chunk: Uint8Array) => void): Promise<Live> {
    const { runner, images, chaos } = this.#deps;
    const canned = chaos.forJob(this.#job, "canned_log");
    if (canned !== undefined) {
      this.#live = playLog(canned, print);
      return this.#live;
    }
    const launch = launchOf(this.#job, this.#deps);
    const snapshot = images.find(this.#job.container.image);
    if (snapshot !== undefined)
      await cp(snapshot, launch.folder, { recursive: true, verbatimSymlinks: true });
    this.#stop.throwIfAborted();
    const running = runner.start(launch);
    running.onOutput((stream, chunk) => lines.push(stream, chunk));
    this.#running = running;
    this.#live = running;
    return running;
  }
}

/** How much of the end of its output a failed container leaves as its message. Source: protocol reference 3.11. */
const TAIL_BYTES = 2048;
const TAIL_LINES = 80;

type Live = Pick<RunningJob, "kill" | "ended">;

function playLog({ lines, linesPerSecond, exitCode }: CannedLog, print: (bytes: Buffer) => void): Live {
  const killed = new AbortController();
  const { signal } = killed;
  const play = async (): Promise<Ending> => {
    for (const line of lines) {
      if (signal.aborted) break;
      print(Buffer.from(`${line}\n`));
      // Rejects only when it is to end.
      await delay(1000 / linesPerSecond, undefined, { signal }).catch(() => undefined);
    }
    const code = signal.reason === "SIGKILL" ? 137 : 143;
    return { exitCode: signal.aborted ? code : exitCode, oomKilled: false };
  };
  return { kill: (reason) => killed.abort(reason), ended: play() };
}

/** How long, and up to how many bytes, the start of a line waits for its end. */
const WAIT_MS = 200;
const WAIT_BYTES = 16 * 1024;
const NEW_LINE = 10;

type Stream = "stdout" | "stderr";

/**
 * Joins a container's two streams line by line, as its runtime does. A runtime writes a line when it is finished or
 * 16 kB long; here the beginning of one comes after a moment, so that people see what a job waits with.
 */
export class WholeLines {
  readonly #print: (chunk: Uint8Array) => void;
  readonly #held = new Map<Stream, Buffer>();
  /** The stream whose line was begun and not finished. */
  #open: Stream | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(print: (chunk: Uint8Array) => void) {
    this.#print = print;
  }

  push(stream: Stream, chunk: Buffer): void {
    this.#held.set(stream, Buffer.concat([this.#held.get(stream) ?? Buffer.alloc(0), chunk]));
    this.#writeFinished(stream);
    // A line that is finished now may be what the other one waited for.
    for (const other of this.#held.keys()) this.#writeFinished(other);
    if ([...this.#held.values()].some((bytes) => bytes.length >= WAIT_BYTES)) this.flush();
    else if (this.#held.size > 0) this.#timer ??= setTimeout(() => this.flush(), WAIT_MS).unref();
  }

  /** Writes whatever there is; a line of the other stream that is still open ends before it. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [stream, bytes] of this.#held) {
      if (this.#open !== undefined && this.#open !== stream) this.#print(Buffer.of(NEW_LINE));
      this.#write(stream, bytes, bytes.length);
    }
  }

  #writeFinished(stream: Stream): void {
    const bytes = this.#held.get(stream);
    if (bytes === undefined || (this.#open !== undefined && this.#open !== stream)) return;
    const finished = bytes.lastIndexOf(NEW_LINE) + 1;
    this.#write(stream, bytes, this.#open === stream && finished === 0 ? bytes.length : finished);
  }

  #write(stream: Stream, bytes: Buffer, end: number): void {
    if (end === 0) return;
    this.#print(bytes.subarray(0, end));
    this.#open = bytes[end - 1] === NEW_LINE ? undefined : stream;
    if (end < bytes.length) this.#held.set(stream, bytes.subarray(end));
    else this.#held.delete(stream);
  }
}
