import { cp } from "node:fs/promises";
import type { Ending, RunningJob } from "../run/runner.ts";
import type { JobRecord } from "../state/job.ts";
import { launchOf } from "./launch.ts";
import type { LogTail } from "./log-tail.ts";
import { type Live, playLog } from "./played-log.ts";
import type { RunDeps } from "./run-deps.ts";
import { WholeLines } from "./whole-lines.ts";

/** What a job runs: one process after another, or a log that is played in place of one. */
export class Container {
  readonly #job: JobRecord;
  readonly #deps: RunDeps;
  readonly #stop: AbortSignal;
  #running: RunningJob | undefined;
  #live: Live | undefined;

  /** Nothing begins once `stop` fires; what runs must be ended. */
  constructor(job: JobRecord, deps: RunDeps, stop: AbortSignal) {
    this.#job = job;
    this.#deps = deps;
    this.#stop = stop;
  }

  /** The process, if there is a real one. */
  get running(): RunningJob | undefined {
    return this.#running;
  }

  get isLive(): boolean {
    return this.#live !== undefined;
  }

  /** Runs it once. `began` is called as soon as something runs: never, if it could not be started. */
  async run(tail: LogTail, began: () => void): Promise<Ending> {
    const { logs, clock } = this.#deps;
    const print = (chunk: Uint8Array) => {
      tail.push(chunk);
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
    return ending;
  }

  kill(): void {
    this.#live?.kill("SIGKILL");
  }

  /** Asks it to end, and makes it if it does not; resolves when nothing runs. */
  async end(): Promise<void> {
    const live = this.#live;
    if (live === undefined) return;
    live.kill("SIGTERM");
    const stubborn = setTimeout(() => live.kill("SIGKILL"), this.#deps.timing.killGraceMs);
    await live.ended;
    clearTimeout(stubborn);
  }

  /** What is returned can be killed from the moment it runs. */
  async #launch(lines: WholeLines, print: (chunk: Uint8Array) => void): Promise<Live> {
    const { runner, images, sources, canned: played } = this.#deps;
    const canned = played(this.#job);
    if (canned !== undefined) {
      this.#live = playLog(canned, print);
      return this.#live;
    }
    const launch = launchOf(this.#job, sources);
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
