import { spawn } from "node:child_process";
import { constants } from "node:os";
import { PassThrough, type Readable, type Writable } from "node:stream";
import { finished } from "node:stream/promises";
import type { Terminal } from "./runner.ts";

/** A program about to be started as the leader of a session of its own. */
export interface Command {
  file: string;
  args: readonly string[];
  env: Record<string, string>;
  cwd: string;
}

/** A started program and its streams. */
export interface Child {
  /** 0 if it could not be started. */
  pid: number;
  stdin: Writable;
  stdout: Readable;
  /** Absent with a terminal. */
  stderr: Readable | undefined;
  resize(size: Terminal): void;
  /** Resolves when the program has ended; others may still hold its output open. */
  exited: Promise<{ exitCode: number; startError?: string }>;
  /** Resolves when all output was read, or when `discard` was called. */
  drained: Promise<void>;
  discard(): void;
}

/** Exit code as a shell tells it. */
function exitCodeOf(code: number | null, signal: NodeJS.Signals | number | null): number {
  if (signal === null || signal === 0) return code ?? 1;
  return 128 + (typeof signal === "number" ? signal : constants.signals[signal]);
}

/** Starts a program with pipes. */
export function startPiped({ file, args, env, cwd }: Command): Child {
  let child: ReturnType<typeof spawnPiped>;
  try {
    child = spawnPiped(file, args, { env, cwd });
  } catch (error) {
    // Arguments that the system cannot take at all, for example with a NUL in them.
    return notStarted(error instanceof Error ? error.message : String(error));
  }
  const { stdin, stdout, stderr } = child;
  // A program that does not read its input, or is gone, is no fault of the writer.
  stdin.on("error", () => undefined);
  return {
    pid: child.pid ?? 0,
    stdin,
    stdout,
    stderr,
    resize: () => undefined,
    exited: new Promise((resolve) => {
      child.once("error", (error) => resolve({ exitCode: 127, startError: error.message }));
      child.once("exit", (code, signal) => resolve({ exitCode: exitCodeOf(code, signal) }));
    }),
    drained: bothEnded(stdout, stderr),
    discard() {
      stdin.destroy();
      stdout.destroy();
      stderr.destroy();
    },
  };
}

function spawnPiped(file: string, args: readonly string[], { env, cwd }: Pick<Command, "env" | "cwd">) {
  return spawn(file, args, { env, cwd, detached: true, stdio: ["pipe", "pipe", "pipe"] });
}

/** What stands for a program that never started. */
export function notStarted(startError: string): Child {
  const empty = () => new PassThrough().end();
  return {
    pid: 0,
    stdin: new PassThrough().resume(),
    stdout: empty(),
    stderr: empty(),
    resize: () => undefined,
    exited: Promise.resolve({ exitCode: 127, startError }),
    drained: Promise.resolve(),
    discard: () => undefined,
  };
}

async function bothEnded(...streams: Readable[]): Promise<void> {
  await Promise.allSettled(streams.map((stream) => finished(stream, { writable: false })));
}
