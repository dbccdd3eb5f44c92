import { quote } from "shlex";
import { abortError, type CallOptions, signalOf, startCall, type Where } from "../call.ts";
import type { Connection, OnJob } from "../connection.ts";
import { invalidArgument, PlatformError } from "../errors.ts";
import { type Capped, HeadTail } from "./head-tail.ts";
import { commandQuery, execInJob, type ProcessStream } from "./index.ts";

const DEFAULT_BYTES = 64 * 1024;
/** Servers in front of the platform commonly refuse a request line of 8 KiB. */
const MAX_COMMAND_BYTES = 6000;
const INPUT_PIECE_BYTES = 256 * 1024;

/** What to run: `argv` as it is, or `command`, a text for `sh -c`. */
export interface CollectOptions {
  argv?: readonly string[] | undefined;
  command?: string | undefined;
  /** Text for the program's stdin, which then sees its end. */
  stdin?: string | Uint8Array | undefined;
  workingDir?: string | undefined;
  /** How much of each stream is kept, half of it from the end; 64 KiB by default. */
  maxBytes?: number | undefined;
  where?: Where | undefined;
}

/** What a command in a job came to. */
export interface Collected {
  stdout: Capped;
  stderr: Capped;
  /** Absent when it timed out or the connection was closed without one. */
  exitCode?: number;
  /** What the platform said with the exit code, e.g. why nothing could be started. */
  exitMessage?: string;
  durationMs: number;
  /** The time was over; the process may still run. */
  timedOut: boolean;
  /** The platform took the command; without that a timeout leaves open whether it was ever started. */
  accepted: boolean;
  /** The connection broke before the end; the process may still run. */
  lost?: PlatformError;
}

/**
 * Runs a command in a running job to its end and collects what it prints; a non-zero exit code is a result.
 * `call.timeoutMs` ends the wait, not the process; what was printed before a broken connection is kept.
 * @throws {PlatformError} `not_running` · `invalid_argument` · what kept the connection from being opened.
 * Source: protocol reference 4.4 (no shell, and no end of stdin, hence the wrapping).
 */
export async function execAndCollect(
  at: Connection,
  { id, options }: OnJob<CollectOptions>,
  call: CallOptions = {},
): Promise<Collected> {
  const { command, input } = wrap(options);
  const { where, maxBytes = DEFAULT_BYTES } = options;
  const startedAt = performance.now();
  const { signal, close } = signalOf(startCall(call));
  const streams = { 1: new HeadTail(maxBytes), 2: new HeadTail(maxBytes) };
  const end: Pick<Collected, "exitCode" | "exitMessage" | "lost"> = {};
  let timedOut = false;
  let accepted = false;
  try {
    const execOptions = { command, stdin: input.length > 0, stdout: true, stderr: true, where };
    const running = await execInJob(at, { id, options: execOptions }, { signal });
    accepted = true;
    // A program may close the stream before it has read all of its input; its output and exit code still come.
    feed(running, input).catch(() => undefined);
    for await (const { fileno, data } of running.output) streams[fileno === 2 ? 2 : 1].push(data);
    Object.assign(end, defined({ exitCode: await running.exit, exitMessage: await running.exitMessage }));
  } catch (error) {
    const failure = requireFailure(error, id, call);
    timedOut = failure.code === "timed_out";
    if (!timedOut && !accepted) throw failure;
    if (!timedOut) end.lost = failure;
  } finally {
    close();
  }
  return {
    stdout: streams[1].text(),
    stderr: streams[2].text(),
    ...end,
    durationMs: Math.round(performance.now() - startedAt),
    timedOut,
    accepted,
  };
}

/** What ended the connection, unless the caller did. */
function requireFailure(error: unknown, id: string, { signal }: CallOptions): PlatformError {
  if (signal?.aborted === true) throw abortError(signal, `Running a command in ${id}`);
  if (!(error instanceof PlatformError)) throw error;
  return error;
}

function defined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

async function feed(running: ProcessStream, input: Uint8Array): Promise<void> {
  for (let start = 0; start < input.length; start += INPUT_PIECE_BYTES)
    await running.writeIn(input.subarray(start, start + INPUT_PIECE_BYTES));
}

/** The command for the URL, and what goes through the socket. */
function wrap({ argv, command, stdin, workingDir }: CollectOptions): { command: string; input: Uint8Array } {
  const shellText = withDirectory(textOf(argv, command), workingDir);
  const asIs = argv !== undefined && stdin === undefined && workingDir === undefined;
  const direct = asIs ? argv.map(quote).join(" ") : `sh -c ${quote(shellText)}`;
  const input = stdin === undefined ? undefined : Buffer.from(stdin);
  if (direct.includes("\0"))
    throw invalidArgument("A command cannot contain a NUL character.", {
      about: argv === undefined ? "command" : "argv",
    });
  const fed = `head -c ${input?.length ?? 0} | sh -c ${quote(shellText)}`;
  const sent = input === undefined ? direct : `sh -c ${quote(fed)}`;
  if (commandQuery(sent).length > MAX_COMMAND_BYTES) return throughSocket(shellText, input);
  return { command: sent, input: input ?? new Uint8Array() };
}

/** `dd bs=1` takes exactly the script and leaves the program's own input in the stream. */
function throughSocket(shellText: string, input: Uint8Array | undefined) {
  const script = Buffer.from(shellText);
  const run =
    input === undefined
      ? `c=$(head -c ${script.length}); eval "$c" </dev/null`
      : `c=$(dd bs=1 count=${script.length} 2>/dev/null); head -c ${input.length} | eval "$c"`;
  return { command: `sh -c ${quote(run)}`, input: Buffer.concat([script, input ?? new Uint8Array()]) };
}

function textOf(argv: readonly string[] | undefined, command: string | undefined): string {
  if (argv !== undefined && argv.length > 0 && command === undefined) return argv.map(quote).join(" ");
  if (argv === undefined && command !== undefined && command.trim() !== "") return command;
  throw invalidArgument("Give either argv (a program and its arguments) or command (shell text).", {
    about: "command",
  });
}

function withDirectory(text: string, workingDir: string | undefined): string {
  return workingDir === undefined ? text : `cd ${quote(workingDir)} || exit\n${text}`;
}
