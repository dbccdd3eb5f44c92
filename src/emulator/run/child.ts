import { spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { constants } from "node:os";
import { PassThrough, type Readable, type Writable } from "node:stream";
import { finished } from "node:stream/promises";
import type { Terminal } from "./launch.ts";
import type { Pipe, Pipes } from "./pipes.ts";

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
  exited: Promise<{ exitCode: number; startError?: string | undefined }>;
  /** Resolves when all output was read, or when `discard` was called. */
  drained: Promise<unknown>;
  discard(): void;
}

/** Starts a program with pipes. */
export function startPiped(command: Command, pipes: Pipes): Child {
  let streams: Streams;
  try {
    streams = openStreams(pipes);
  } catch (error) {
    return notStarted(messageOf(error));
  }
  const [stdin, stdout, stderr] = [streams.stdin.ours, streams.stdout.ours, streams.stderr.ours];
  // A program that does not read its input, or is gone, is no fault of the writer.
  stdin.on("error", () => undefined);
  const { pid, exited } = startWith(command, streams);
  return {
    pid,
    stdin,
    stdout,
    stderr,
    resize: () => undefined,
    exited,
    drained: Promise.allSettled([stdout, stderr].map((stream) => finished(stream, { writable: false }))),
    discard() {
      for (const stream of [stdin, stdout, stderr]) stream.destroy();
    },
  };
}

type Streams = Record<"stdin" | "stdout" | "stderr", Pipe>;

function openStreams(pipes: Pipes): Streams {
  const opened: Pipe[] = [];
  const kept = (pipe: Pipe) => {
    opened.push(pipe);
    return pipe;
  };
  try {
    return { stdin: kept(pipes.input()), stdout: kept(pipes.output()), stderr: kept(pipes.output()) };
  } catch (error) {
    for (const { ours, theirs } of opened) {
      ours.destroy();
      closeSync(theirs);
    }
    throw error;
  }
}

function startWith({ file, args, env, cwd }: Command, streams: Streams): Pick<Child, "pid" | "exited"> {
  const theirs = [streams.stdin, streams.stdout, streams.stderr].map((pipe) => pipe.theirs);
  try {
    const child = spawn(file, args, { env, cwd, detached: true, stdio: theirs });
    const exited = new Promise<{ exitCode: number; startError?: string | undefined }>((resolve) => {
      child.once("error", (error) => resolve({ exitCode: 127, startError: error.message }));
      // As a shell tells it.
      child.once("exit", (code, signal) =>
        resolve({ exitCode: signal === null ? (code ?? 1) : 128 + constants.signals[signal] }),
      );
    });
    return { pid: child.pid ?? 0, exited };
  } catch (error) {
    // Arguments that the system cannot take at all, for example with a NUL in them.
    return { pid: 0, exited: Promise.resolve({ exitCode: 127, startError: messageOf(error) }) };
  } finally {
    for (const descriptor of theirs) closeSync(descriptor);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
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
