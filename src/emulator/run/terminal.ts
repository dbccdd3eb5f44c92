import { closeSync, constants, openSync } from "node:fs";
import { PassThrough, Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { quote } from "shlex";
import { type Child, type Command, exitCodeOf, notStarted, startPiped } from "./child.ts";
import { sendSignal } from "./process-table.ts";
import { findProgram } from "./programs.ts";

/** Starts a program on a pseudo-terminal. */
export type StartOnTerminal = (command: Command) => Child;

type Pty = typeof import("@lydell/node-pty");

const SIZE = { cols: 80, rows: 24 };
const LOOK_MS = 10;
/** Output has been read when nothing came during so many looks. */
const QUIET_LOOKS = 3;

/**
 * Finds a way to make pseudo-terminals: the optional native module, else the `script` program (no resizing),
 * else none.
 */
export async function openTerminals(script = findProgram("script")): Promise<StartOnTerminal | undefined> {
  try {
    const pty = await import("@lydell/node-pty");
    return (command) => startNative(pty, command);
  } catch {
    return script === undefined || script === "" ? undefined : (command) => startInScript(script, command);
  }
}

function startNative(pty: Pty, { file, args, env, cwd }: Command): Child {
  let terminal: ReturnType<Pty["spawn"]>;
  try {
    terminal = pty.spawn(file, [...args], { ...SIZE, name: "xterm", cwd, env, encoding: null });
  } catch (error) {
    return notStarted(error instanceof Error ? error.message : String(error));
  }
  const stdout = new PassThrough();
  let open = true;
  let ending = false;
  terminal.onData((data) => {
    // The declaration says string; without an encoding the module hands out bytes.
    const bytes = Buffer.from(data as string | Uint8Array as Uint8Array);
    if (stdout.write(bytes) || ending) return;
    terminal.pause();
    stdout.once("drain", () => open && terminal.resume());
  });
  const letGo = keepLastOutput(terminal, () => {
    ending = true;
    terminal.resume();
  });
  const exited = new Promise<{ exitCode: number }>((resolve) => {
    terminal.onExit(({ exitCode, signal }) => {
      open = false;
      letGo();
      stdout.end();
      resolve({ exitCode: exitCodeOf(exitCode, signal ?? null) });
    });
  });
  return {
    pid: terminal.pid,
    // The declaration says text; the module writes bytes as they are, which keeps control characters whole.
    stdin: inputOf((bytes) => open && terminal.write(bytes as unknown as string)),
    stdout,
    stderr: undefined,
    resize: ({ height, width }) => {
      if (open && height > 0 && width > 0) terminal.resize(Math.min(width, 65_535), Math.min(height, 65_535));
    },
    exited,
    drained: finished(stdout, { writable: false }).catch(() => undefined),
    discard: () => stdout.destroy(),
  };
}

/**
 * Holds the terminal open until its program has ended and what it wrote last has been read. A terminal gives
 * 4 KiB at a time, and when nobody holds it any more the event loop takes its end for the end of its output.
 * Calls back when the program has ended: what is left is little.
 */
function keepLastOutput(terminal: ReturnType<Pty["spawn"]>, ended: () => void): () => void {
  const file = openQuietly(terminal);
  if (file === undefined) return () => undefined;
  let isHeld = true;
  const letGo = () => {
    if (isHeld) closeSync(file);
    isHeld = false;
    clearInterval(timer);
  };
  let quiet = 0;
  terminal.onData(() => {
    quiet = 0;
  });
  const look = () => {
    if (quiet === 0) ended();
    quiet += 1;
    if (quiet > QUIET_LOOKS) letGo();
  };
  const timer = setInterval(() => {
    // Looks after the streams of this turn were read, however late the turn is.
    if (!sendSignal(terminal.pid, 0)) setImmediate(look);
  }, LOOK_MS);
  return letGo;
}

/** The side of the terminal that programs use. */
function openQuietly(terminal: ReturnType<Pty["spawn"]>): number | undefined {
  // The module has the name on Unix only and does not declare it.
  const { ptsName } = terminal as { ptsName?: string };
  try {
    return ptsName === undefined ? undefined : openSync(ptsName, constants.O_RDWR | constants.O_NOCTTY);
  } catch {
    return undefined;
  }
}

function inputOf(write: (bytes: Buffer) => void): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      write(chunk);
      done();
    },
  });
}

function startInScript(script: string, { file, args, env, cwd }: Command): Child {
  const command = [file, ...args].map((word) => quote(word)).join(" ");
  const child = startPiped({
    file: script,
    args: ["-qefc", `exec ${command}`, "/dev/null"],
    env: { TERM: "xterm", SHELL: "/bin/sh", ...env },
    cwd,
  });
  child.stderr?.resume();
  return { ...child, stderr: undefined };
}
