import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { WebSocket } from "ws";
import { CHANNEL } from "../../client/wire/frames.ts";
import type { ApiContext } from "../context.ts";
import { failure } from "../http/answer.ts";
import type { Ending, Session } from "../run/launch.ts";
import type { JobRecord } from "../state/job.ts";
import { splitWords } from "../state/shell-words.ts";
import { closing, exitFrame, firstFrame, frame, sendPaced, takeInput } from "./channels.ts";
import { containerId, runningJob, type SocketRoute, type StreamFlags, streamFlags } from "./route.ts";

/** Output held open by a background process is given up after this silence. */
const SILENCE_MS = 300;

/** Source: protocol reference 4.4. */
export function execRoute({ lifecycle }: ApiContext): SocketRoute {
  return {
    path: "/:id/exec",
    methods: ["GET", "POST"],
    permission: "write",
    protocols: ["v2.channels.neu.ro"],
    check(query) {
      if ((query.get("cmd") ?? "") === "") throw failure(400, "Command is required");
      streamFlags(query);
    },
    open: async ({ job, query }) => {
      const flags = streamFlags(query);
      const running = runningJob(lifecycle, job);
      const argv = wordsOf(job, query.get("cmd") ?? "");
      if (flags.tty && flags.stderr) throw refused(job, "tty and stderr cannot both be true");
      return async (socket, open) => {
        socket.pause();
        await sendPaced(socket, firstFrame(flags));
        const session = await running.exec(argv, { tty: flags.tty });
        takeInput(socket, { stdin: flags.stdin ? session.stdin : undefined, resize: session.resize });
        socket.resume();
        await serveSession(socket, session, { flags, open });
      };
    },
  };
}

function wordsOf(job: JobRecord, command: string): string[] {
  try {
    return splitWords(command);
  } catch (cause) {
    throw refused(job, "No closing quotation", cause);
  }
}

function refused(job: JobRecord, text: string, cause?: unknown) {
  return failure(404, `Exec container '${containerId(job)}' client error: ${text}`, cause);
}

async function serveSession(
  socket: WebSocket,
  { stdin, stdout, stderr, ended }: Session,
  { flags, open }: { flags: StreamFlags; open: AbortSignal },
): Promise<void> {
  if (!(flags.stdin || flags.tty)) stdin.end();
  const pumps = [new Pump(socket, stdout, flags.stdout ? CHANNEL.stdout : undefined)];
  if (stderr !== undefined) pumps.push(new Pump(socket, stderr, flags.stderr ? CHANNEL.stderr : undefined));
  const ending = await Promise.race([ended, closing(open)]);
  if (ending === undefined) {
    // As on the platform the process goes on without its caller; its input ends.
    stdin.end();
    for (const pump of pumps) pump.mute();
    return;
  }
  await Promise.all(pumps.map(async (pump) => pump.finished()));
  if (!open.aborted) await sendPaced(socket, exitOf(ending));
}

/** Source: protocol reference 4.4. */
function exitOf({ exitCode, startError }: Ending): Buffer {
  if (startError !== undefined) {
    const cause = `OCI runtime exec failed: exec failed: unable to start container process: ${startError}: unknown`;
    return exitFrame(1, `failed to exec in container: failed to start exec: ${cause}`);
  }
  return exitCode === 0 ? exitFrame(0) : exitFrame(exitCode, `command terminated with exit code ${exitCode}`);
}

class Pump {
  readonly #done: Promise<void>;
  #channel: number | undefined;
  #over = false;
  #sending = false;
  #lastMs = 0;

  constructor(socket: WebSocket, stream: Readable, channel: number | undefined) {
    this.#channel = channel;
    this.#done = this.#run(socket, stream);
  }

  /** Goes on reading, so that the process does not block, and drops what it reads. */
  mute(): void {
    this.#channel = undefined;
  }

  /** Resolves when the stream has ended, or is silent though its process is gone. */
  async finished(): Promise<void> {
    this.#lastMs = performance.now();
    while (!this.#over) {
      await Promise.race([this.#done, delay(SILENCE_MS, undefined, { ref: false })]);
      if (!this.#sending && performance.now() - this.#lastMs >= SILENCE_MS) return this.mute();
    }
  }

  async #run(socket: WebSocket, stream: Readable): Promise<void> {
    try {
      for await (const chunk of stream) {
        if (this.#channel === undefined) continue;
        this.#sending = true;
        await sendPaced(socket, frame(this.#channel, chunk));
        this.#sending = false;
        this.#lastMs = performance.now();
      }
    } catch {
      // The stream was destroyed with its job: that is its end.
    } finally {
      this.#over = true;
    }
  }
}
