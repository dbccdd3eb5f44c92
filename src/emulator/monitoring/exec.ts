import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { WebSocket } from "ws";
import { CHANNEL } from "../../client/wire/frames.ts";
import type { ApiContext } from "../context.ts";
import { failure } from "../http/answer.ts";
import type { Ending, Session } from "../run/launch.ts";
import type { JobRecord } from "../state/job.ts";
import { splitWords } from "../state/shell-words.ts";
import { exitFrame, firstFrame, frame, takeInput } from "./channels.ts";
import { type StreamFlags, streamFlags } from "./query.ts";
import { containerId, HEARTBEAT_MS, runningJob, type SocketRoute } from "./route.ts";
import { closing, sendPaced, whileOpen } from "./socket.ts";

/** Output held open by a background process is given up after this silence. */
const SILENCE_MS = 300;

/** Source: protocol reference 4.4. */
export function execRoute({ lifecycle }: ApiContext): SocketRoute {
  return {
    path: "/:id/exec",
    methods: ["GET", "POST"],
    permission: "write",
    protocols: ["v2.channels.neu.ro"],
    heartbeatMs: HEARTBEAT_MS,
    check(query) {
      if ((query.get("cmd") ?? "") === "") throw failure(400, "Command is required");
      streamFlags(query);
    },
    open: async ({ job, query, signal }) => {
      const flags = streamFlags(query);
      const running = runningJob(lifecycle, job);
      const argv = wordsOf(job, query.get("cmd") ?? "");
      if (flags.tty && flags.stderr) throw refused(job, "tty and stderr cannot both be true");
      return async (socket) => {
        const open = whileOpen(socket, signal);
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
  const words = wordsIn(command);
  if (words === undefined) throw refused(job, "No closing quotation");
  return words;
}

function wordsIn(command: string): string[] | undefined {
  try {
    return splitWords(command);
  } catch {
    return undefined;
  }
}

function refused(job: JobRecord, text: string) {
  return failure(404, `Exec container '${containerId(job)}' client error: ${text}`);
}

async function serveSession(
  socket: WebSocket,
  session: Session,
  { flags, open }: { flags: StreamFlags; open: AbortSignal },
): Promise<void> {
  if (!(flags.stdin || flags.tty)) session.stdin.end();
  const pumps = [
    new Pump(socket, session.stdout, flags.stdout ? CHANNEL.stdout : undefined),
    ...(session.stderr === undefined
      ? []
      : [new Pump(socket, session.stderr, flags.stderr ? CHANNEL.stderr : undefined)]),
  ];
  const ending = await Promise.race([session.ended, closing(open)]);
  if (ending === undefined) {
    // As on the platform the process goes on without its caller; its input ends.
    session.stdin.end();
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

/** Carries one stream of a process to its caller, as fast as that one reads. */
class Pump {
  readonly #done: Promise<void>;
  #over = false;
  #muted = false;
  #sending = false;
  #lastMs = 0;

  constructor(socket: WebSocket, stream: Readable, channel: number | undefined) {
    this.#muted = channel === undefined;
    this.#done = this.#run(socket, stream, channel ?? CHANNEL.stdout);
  }

  /** Goes on reading, so that the process does not block, and drops what it reads. */
  mute(): void {
    this.#muted = true;
  }

  /** Resolves when the stream has ended, or is silent though its process is gone. */
  async finished(): Promise<void> {
    this.#lastMs = performance.now();
    while (!this.#over) {
      const pause = new AbortController();
      await Promise.race([this.#done, delay(SILENCE_MS, undefined, { signal: pause.signal })]).catch(
        () => undefined,
      );
      pause.abort();
      if (!this.#sending && performance.now() - this.#lastMs >= SILENCE_MS) return this.mute();
    }
  }

  async #run(socket: WebSocket, stream: Readable, channel: number): Promise<void> {
    try {
      for await (const chunk of stream) {
        if (this.#muted) continue;
        this.#sending = true;
        await sendPaced(socket, frame(channel, chunk));
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
