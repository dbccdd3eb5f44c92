import { parseJson } from "../../json.ts";
import type { CallOptions, Where } from "../call.ts";
import { type Connection, checkId, monitoringUrl, type OnJob } from "../connection.ts";
import { PlatformError } from "../errors.ts";
import { Channel } from "../socket/channel.ts";
import type { Frame, Socket } from "../socket/index.ts";
import { CHANNEL, type WireExit, wireExit } from "../wire/frames.ts";

/** Which streams to connect; with `tty` everything comes on stdout. */
export interface AttachOptions {
  tty?: boolean | undefined;
  stdin?: boolean | undefined;
  stdout?: boolean | undefined;
  stderr?: boolean | undefined;
  where?: Where | undefined;
}

/** A command to run in a job, and the streams to connect. */
export interface ExecOptions extends AttachOptions {
  /** One string of shell words, split once and run without a shell. */
  command: string;
}

/** A piece of output; `fileno` 1 = stdout, 2 = stderr. */
export interface Message {
  fileno: number;
  data: Uint8Array;
}

/**
 * A process on the other end. Its output must be read: a full buffer stops the transfer. Losing the
 * connection or `disconnect` does not end the process.
 */
export interface ProcessStream {
  /** Pieces as they come, of both streams; ends with the process or its connection. */
  output: AsyncIterable<Message>;
  /** To its stdin; empty data is not sent. */
  writeIn(data: Uint8Array): Promise<void>;
  /** In character cells. */
  resize(size: { height: number; width: number }): Promise<void>;
  /** The exit code, known before the last piece of output is read; undefined = closed without one. */
  exit: Promise<number | undefined>;
  /** What the platform says with the exit code, e.g. why nothing could be started. Source: protocol reference 4.4. */
  exitMessage: Promise<string | undefined>;
  /** Closes the connection; the process goes on. */
  disconnect(): void;
}

/** Runs a command in a running job. @throws {PlatformError} `not_running` · `invalid_request`. Source: protocol reference 4.4. */
export async function execInJob(at: Connection, { id, options }: OnJob<ExecOptions>, call?: CallOptions) {
  const url = await monitoringUrl(at, { where: options.where, parts: [checkId(id), "exec"] }, call);
  const query = `${commandQuery(options.command)}&${flags(options)}`;
  const what = `Running a command in ${id}`;
  const target = { what, url: `${url}?${query}`, ping: true, notFoundMeansNotRunning: true };
  return processOver(await at.sockets.open(target, call));
}

/** Connects to the job's own process; its exit code always reads 0 here. Source: protocol reference 4.5. */
export async function attachToJob(at: Connection, { id, options }: OnJob<AttachOptions>, call?: CallOptions) {
  const url = await monitoringUrl(at, { where: options.where, parts: [checkId(id), "attach"] }, call);
  const target = { what: `Attaching to ${id}`, url: `${url}?${flags(options)}`, ping: true };
  const protocol = "v2.channels.neu.ro";
  return processOver(await at.sockets.open({ ...target, protocol, notFoundMeansNotRunning: true }, call));
}

function flags({ tty, stdin, stdout, stderr }: AttachOptions): string {
  const bit = (value: boolean | undefined) => (value === true ? "1" : "0");
  return `tty=${bit(tty)}&stdin=${bit(stdin)}&stdout=${bit(stdout)}&stderr=${bit(stderr)}`;
}

function processOver(socket: Socket): ProcessStream {
  let resume: (() => void) | undefined;
  let drained: Promise<void> = Promise.resolve();
  const output = new Channel<Message>({
    pause() {
      drained = new Promise((resolve) => {
        resume = resolve;
      });
    },
    resume: () => resume?.(),
  });
  const end = pump(socket, output, () => drained);
  const exit = end.then((frame) => frame?.exit_code);
  const exitMessage = end.then((frame) => frame?.message);
  // A caller that only reads the output must not crash on a rejection it does not handle.
  for (const promise of [exit, exitMessage]) promise.catch(() => undefined);
  return {
    output: messages(output, socket),
    writeIn: (data) => (data.length === 0 ? Promise.resolve() : socket.send(prefixed(CHANNEL.stdin, data))),
    resize: ({ height, width }) =>
      socket.send(prefixed(CHANNEL.resize, Buffer.from(JSON.stringify({ height, width })))),
    exit,
    exitMessage,
    disconnect() {
      output.end();
      resume?.();
      socket.close();
    },
  };
}

/** The command as it goes into the address, whose length the platform limits. */
export function commandQuery(command: string): string {
  return new URLSearchParams({ cmd: command }).toString();
}

/** Moves frames to the output until the exit frame or the end; ends the output after the result is known. */
async function pump(
  socket: Socket,
  output: Channel<Message>,
  drained: () => Promise<void>,
): Promise<WireExit | undefined> {
  try {
    for (let frame = await socket.next(); frame !== undefined; frame = await socket.next()) {
      const { fileno, data } = split(frame);
      if (fileno === CHANNEL.exit) {
        const end = exitOf(data);
        output.end();
        return end;
      }
      output.push({ fileno, data }, data.length);
      await drained();
    }
    output.end();
    return undefined;
  } catch (error) {
    output.end(error);
    throw error;
  } finally {
    socket.close();
  }
}

async function* messages(output: Channel<Message>, socket: Socket): AsyncGenerator<Message, void> {
  try {
    for (let next = await output.take(); next !== undefined; next = await output.take()) yield next;
  } finally {
    socket.close();
  }
}

function split({ data, isBinary }: Frame): Message {
  const [fileno] = data;
  if (!isBinary || fileno === undefined)
    throw new PlatformError(
      "protocol_error",
      `The platform sent ${isBinary ? "an empty" : "a text"} frame where binary channel data is expected.`,
    );
  return { fileno, data: data.subarray(1) };
}

/** An unreadable or incomplete frame means 1, as in the official client. */
function exitOf(data: Uint8Array): WireExit {
  const found = wireExit.safeParse(parseJson(Buffer.from(data).toString("utf8")));
  return found.success ? found.data : { exit_code: 1 };
}

function prefixed(channel: number, data: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.of(channel), data]);
}
