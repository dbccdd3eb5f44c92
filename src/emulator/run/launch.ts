import type { Readable, Writable } from "node:stream";

/** A folder or file that appears inside the job. Only an isolating runner can provide these. */
export interface Mount {
  source: string;
  /** Absolute path in the job. */
  target: string;
  readOnly: boolean;
}

/** Everything the operating system needs to know to run one job once. */
export interface Launch {
  jobId: string;
  /** Program and arguments; no shell is involved. */
  argv: string[];
  /** The whole environment: nothing of the emulator's own leaks in. */
  env: Record<string, string>;
  /** Host folder that is the job's own; the working directory unless `workingDir` says otherwise. */
  folder: string;
  /** Absolute path in the job. */
  workingDir?: string | undefined;
  memoryBytes: number;
  tty: boolean;
  /** Whether it may mount and do what else root may. Only an isolating runner can tell. */
  privileged?: boolean;
  /** Whether `/dev/shm` may hold as much as the job's memory. */
  shm?: boolean;
  mounts: Mount[];
}

/** How a process group ended. Exit codes follow the shell: 128 + signal number. */
export interface Ending {
  exitCode: number;
  oomKilled: boolean;
  /** Set when the program could not be started at all. */
  startError?: string | undefined;
  /** Set when what isolates the job failed before there was a program. */
  sandboxError?: string | undefined;
}

export interface Usage {
  cpuCores: number;
  memoryBytes: number;
}

export interface Terminal {
  height: number;
  width: number;
}

/** A process inside a job, with its streams. With a terminal, `stderr` is absent and all output is `stdout`. */
export interface Session {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable | undefined;
  resize(size: Terminal): void;
  /** Resolves when the process is gone and its output has been read. */
  ended: Promise<Ending>;
}
