import { type ChildProcess, execFileSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const TICK_MS = 1000 / Number(execFileSync("getconf", ["CLK_TCK"]));
export const MIB = 1024 * 1024;

/** What Linux knows of a process. */
export class Usage {
  readonly #pid: number;

  constructor({ pid }: ChildProcess) {
    if (pid === undefined) throw new Error("the process has not started");
    this.#pid = pid;
  }

  /** Processor time so far, in milliseconds. */
  cpuMs(): number {
    // Behind the name, which may hold anything: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    const fields = this.#read("stat")
      .replace(/^.*\) /s, "")
      .split(" ");
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  }

  /** As `cpuMs`, to the nanosecond, of the threads that still run. */
  ranMs(): number {
    const threads = readdirSync(`/proc/${this.#pid}/task`);
    return threads.reduce(
      (ms, thread) => ms + Number.parseInt(this.#read(`task/${thread}/schedstat`), 10) / 1e6,
      0,
    );
  }

  /** What it has read so far, from sockets too. */
  readBytes(): number {
    return Number(/^rchar: (\d+)/m.exec(this.#read("io"))?.[1]);
  }

  residentBytes(): number {
    return this.#kibibytes("VmRSS") * 1024;
  }

  /** The most that was resident since `forgetPeak`. */
  peakBytes(): number {
    return this.#kibibytes("VmHWM") * 1024;
  }

  forgetPeak(): void {
    writeFileSync(`/proc/${this.#pid}/clear_refs`, "5");
  }

  #kibibytes(name: string): number {
    return Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(this.#read("status"))?.[1]);
  }

  #read(file: string): string {
    return readFileSync(`/proc/${this.#pid}/${file}`, "utf8");
  }
}

/** Ends a process, and waits until it is gone. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}
