import { spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { constants } from "node:os";
import { PassThrough, Readable, type Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { finished } from "node:stream/promises";
import type { Terminal } from "./launch.ts";
import type { Pipe, Pipes } from "./pipes.ts";

/** A program about to be started as the leader of a session of its own. */
export interface Command {
  file: string;
  args: readonly string[];
  env: Record<string, string>;
  cwd: string;
  /**
   * Set where the program is started by way of another, which reports on descriptor 3: whether by that report the
   * program began. The errors of the program then go to descriptor 4, since those of the other are its own.
   */
  hasBegun?: ((report: string) => boolean) | undefined;
}

interface Exit {
  exitCode: number;
  startError?: string | undefined;
  /** Set when what was to start the program failed itself: what it said. */
  sandboxError?: string;
}

export interface Child {
  /** 0 if it could not be started. */
  pid: number;
  stdin: Writable;
  stdout: Readable;
  /** Absent with a terminal. */
  stderr: Readable | undefined;
  resize(size: Terminal): void;
  /** Resolves when the program has ended; others may still hold its output open. */
  exited: Promise<Exit>;
  /** Resolves when all output was read, or when `discard` was called. */
  drained: Promise<unknown>;
  discard(): void;
}

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

function startWith(command: Command, streams: Streams): Pick<Child, "pid" | "exited"> {
  const { file, args, env, cwd, hasBegun } = command;
  const theirs = [streams.stdin, streams.stdout, streams.stderr].map((pipe) => pipe.theirs);
  try {
    const [input, output, errors] = theirs;
    const stdio = hasBegun === undefined ? theirs : [input, output, "pipe" as const, "pipe" as const, errors];
    const child = spawn(file, args, { env, cwd, detached: true, stdio });
    const said = Promise.all([child.stdio[3], child.stdio[2]].map(textOf));
    const exited = new Promise<Exit>((resolve) => {
      child.once("error", (error) => resolve({ exitCode: 127, startError: error.message }));
      child.once("exit", (code, signal) => {
        // As a shell tells it.
        const exitCode = signal === null ? (code ?? 1) : 128 + constants.signals[signal];
        if (hasBegun === undefined || code !== FAILURE) resolve({ exitCode });
        else
          void said.then(([report = "", message = ""]) => {
            // Without the name of the program that it begins with.
            const sandboxError = message.replace(/^\w+: /, "").trim();
            resolve(hasBegun(report) ? { exitCode } : { exitCode, sandboxError });
          });
      });
    });
    return { pid: child.pid ?? 0, exited };
  } catch (error) {
    // Arguments that the system cannot take at all, for example with a NUL in them.
    return { pid: 0, exited: Promise.resolve({ exitCode: 127, startError: messageOf(error) }) };
  } finally {
    for (const descriptor of theirs) closeSync(descriptor);
  }
}

/** What starts a program ends with this code when it fails itself; killed, it reports nothing either. */
const FAILURE = 1;

/** All that came on a descriptor, if it is ours to read. */
async function textOf(stream: unknown): Promise<string> {
  return stream instanceof Readable ? text(stream).catch(() => "") : "";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

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
