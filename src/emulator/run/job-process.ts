import type { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { MemoryGroup } from "./cgroup.ts";
import type { Child } from "./child.ts";
import type { Ending, Launch, Session, Terminal, Usage } from "./launch.ts";
import { connectToJob } from "./ports.ts";
import { leavesTermToSystem, type ProcessTable, sendSignal } from "./process-table.ts";

/** Output may still be read this long after the last process of a job is gone. */
const DRAIN_MS = 1000;
const TURN_MS = 20;
const REAP_PAUSE_MS = 10;
/** Questions about CPU closer together than this get the same answer: ticks are too coarse to tell them apart. */
const FRESH_MS = 500;

interface JobProcessOptions {
  jobId: string;
  child: Child;
  /** Absent where the system does not limit the job's memory. */
  group: MemoryGroup | undefined;
  memoryBytes: number;
  table: ProcessTable;
  /** The first process of the job itself, which alone is asked to end; 0 while there is none. */
  program: () => number;
  startInside(run: Run): Promise<Child>;
}

export type Run = Pick<Launch, "argv" | "tty">;

type Listener = (stream: "stdout" | "stderr", chunk: Buffer) => void;

export type RunningJob = Pick<
  JobProcess,
  "pid" | "stdin" | "ended" | "onOutput" | "hold" | "resize" | "exec" | "usage" | "connect" | "kill"
>;

export class JobProcess {
  readonly pid: number;
  readonly stdin: Writable;
  /** Resolves when no process of the group is left. */
  readonly ended: Promise<Ending>;
  readonly #options: JobProcessOptions;
  readonly #listeners = new Set<Listener>();
  readonly #sessions = new Set<Child>();
  #early: ["stdout" | "stderr", Buffer][] | undefined = [];
  #holds = 0;
  #oomKilled = false;
  #over = false;
  /** Since when CPU time counts for the next answer, and what had been used then. */
  #measured = { atMs: performance.now(), cpuSeconds: 0 };
  #cpuCores: number | undefined;

  constructor(options: JobProcessOptions) {
    const { child, table, jobId } = options;
    this.#options = options;
    this.pid = child.pid;
    this.stdin = child.stdin;
    if (child.pid > 0) table.track(jobId, child.pid);
    child.stdout.on("data", (chunk: Buffer) => this.#emit("stdout", chunk));
    child.stderr?.on("data", (chunk: Buffer) => this.#emit("stderr", chunk));
    this.ended = this.#finish();
  }

  /** Output as it comes; a terminal has stdout only. The first listener gets what came before it. */
  onOutput(listener: Listener): () => void {
    this.#listeners.add(listener);
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const [stream, chunk] of early) listener(stream, chunk);
    return () => this.#listeners.delete(listener);
  }

  /** Stops reading the job's output, so that the job waits; the returned function resumes. */
  hold(): () => void {
    if (this.#over) return () => undefined;
    this.#holds += 1;
    for (const stream of this.#outputs()) stream.pause();
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#holds -= 1;
      if (this.#holds === 0) for (const stream of this.#outputs()) stream.resume();
    };
  }

  resize(size: Terminal): void {
    this.#options.child.resize(size);
  }

  async exec(argv: string[], { tty }: { tty: boolean }): Promise<Session> {
    const { jobId, table } = this.#options;
    const child = await this.#options.startInside({ argv, tty });
    if (child.pid > 0) {
      table.track(jobId, child.pid);
      this.#sessions.add(child);
      if (this.#over) sendSignal(-child.pid, "SIGKILL");
    }
    return {
      stdin: child.stdin,
      stdout: child.stdout,
      stderr: child.stderr,
      resize: child.resize,
      ended: this.#sessionEnd(child),
    };
  }

  /** CPU and memory of the whole group since the last call (first call: since start). */
  async usage(): Promise<Usage> {
    const { table, jobId } = this.#options;
    await table.settle();
    const atMs = performance.now();
    const elapsedMs = atMs - this.#measured.atMs;
    if (elapsedMs >= FRESH_MS || this.#cpuCores === undefined) {
      const cpuSeconds = table.cpuSeconds(jobId);
      // A child whose time nobody waited for takes it along: the sum can fall.
      const used = Math.max(0, cpuSeconds - this.#measured.cpuSeconds);
      this.#cpuCores = used / Math.max(elapsedMs / 1000, 0.001);
      this.#measured = { atMs, cpuSeconds };
    }
    return { cpuCores: this.#cpuCores, memoryBytes: table.memoryBytes(jobId) };
  }

  /** Connects to a port that a process of the job listens on. @throws {PortError} */
  async connect(port: number): Promise<Socket> {
    await this.#options.table.settle();
    return connectToJob(this.#options.table.members(this.#options.jobId), port);
  }

  /** Asks the first process to end, as the platform does, or kills the whole group. */
  kill(signal: "SIGTERM" | "SIGKILL"): void {
    if (this.#over) return;
    const { table, jobId, program } = this.#options;
    const asked = signal === "SIGTERM" ? program() : 0;
    if (asked > 0 && !leavesTermToSystem(asked)) {
      sendSignal(asked, signal);
      return;
    }
    // Nothing would come of asking: the platform waits all the same, then kills.
    const sent = asked > 0 ? "SIGKILL" : signal;
    table.sweep();
    for (const { pid } of table.members(jobId)) sendSignal(pid, sent);
    if (this.pid > 0 && table.members(jobId).length === 0) sendSignal(-this.pid, sent);
  }

  isExhausted(): boolean {
    return this.#options.group?.isExhausted() === true;
  }

  /** How much of its memory the job has taken, by the last sweep. */
  memoryShare(): number {
    const { table, jobId, memoryBytes } = this.#options;
    const resident = table.residentBytes(jobId) / memoryBytes;
    // That counts shared pages once per process: only the fair share may end a job.
    return resident > 1 ? table.memoryBytes(jobId) / memoryBytes : resident;
  }

  killForMemory(): void {
    this.#oomKilled = true;
    this.kill("SIGKILL");
  }

  async #finish(): Promise<Ending> {
    const { child, table, jobId, group } = this.#options;
    const { exitCode, startError, sandboxError } = await child.exited;
    this.#over = true;
    await this.#reap();
    this.#oomKilled ||= this.isExhausted();
    await group?.remove();
    // Nobody has to wait for a slow reader any more: what is left fits in memory.
    for (const stream of this.#outputs()) stream.resume();
    await atMost(child.drained, DRAIN_MS);
    child.discard();
    table.forget(jobId);
    const oomKilled = this.#oomKilled && startError === undefined && sandboxError === undefined;
    return { exitCode: oomKilled ? 137 : exitCode, oomKilled, startError, sandboxError };
  }

  /** The first process is gone, so the job is: nothing of it stays. */
  async #reap(): Promise<void> {
    const { table, jobId } = this.#options;
    for (const { pid } of [this, ...this.#sessions]) if (pid > 0) sendSignal(-pid, "SIGKILL");
    for (;;) {
      await table.settle();
      if (table.members(jobId).length === 0) return;
      for (const { pid } of table.members(jobId)) sendSignal(pid, "SIGKILL");
      await delay(REAP_PAUSE_MS);
    }
  }

  async #sessionEnd(child: Child): Promise<Ending> {
    const { exitCode, startError } = await child.exited;
    child.stdin.destroy();
    // What it left running in the background belongs to the job, and may hold the output open.
    await atMost(child.drained, DRAIN_MS);
    this.#sessions.delete(child);
    this.#options.table.untrack(this.#options.jobId, child.pid);
    return { exitCode, oomKilled: false, startError };
  }

  #outputs(): Readable[] {
    const { stdout, stderr } = this.#options.child;
    return stderr === undefined ? [stdout] : [stdout, stderr];
  }

  #emit(stream: "stdout" | "stderr", chunk: Buffer): void {
    this.#early?.push([stream, chunk]);
    for (const listener of this.#listeners) listener(stream, chunk);
  }
}

/** Waits in short turns: a standstill of this process takes one of them only, and what came meanwhile is read. */
async function atMost(promise: Promise<unknown>, ms: number): Promise<void> {
  let isOver = false;
  const over = promise.then(() => {
    isOver = true;
  });
  for (let turns = ms / TURN_MS; turns > 0 && !isOver; turns -= 1)
    await Promise.race([over, delay(TURN_MS, undefined, { ref: false })]);
}
