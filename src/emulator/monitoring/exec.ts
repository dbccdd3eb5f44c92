import type { Readable } from "node:stream";
import { setTimeout as delay, setImmediate as turn } from "node:timers/promises";
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
  const pumps = [pump(socket, stdout, flags.stdout ? CHANNEL.stdout : undefined)];
  if (stderr !== undefined) pumps.push(pump(socket, stderr, flags.stderr ? CHANNEL.stderr : undefined));
  const ending = await Promise.race([ended, closing(open)]);
  if (ending === undefined) {
    // As on the platform the process goes on without its caller; its input ends.
    stdin.end();
    for (const { mute } of pumps) mute();
    return;
  }
  await Promise.all(pumps.map(({ finished }) => finished()));
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
function pump(socket: WebSocket, stream: Readable, to: number | undefined) {
  let [channel, over, sending, lastMs] = [to, false, false, 0];
  const run = async () => {
    try {
      for await (const chunk of stream) {
        if (channel === undefined) continue;
        sending = true;
        await sendPaced(socket, frame(channel, chunk));
        sending = false;
        lastMs = performance.now();
      }
    } catch {
      // The stream was destroyed with its job: that is its end.
    } finally {
      over = true;
    }
  };
  const done = run();
  /** Goes on reading, so that the process does not block, and drops what it reads. */
  const mute = () => {
    channel = undefined;
  };
  return {
    mute,
    /** Resolves when the stream has ended, or is silent though its process is gone. */
    async finished(): Promise<void> {
      lastMs = performance.now();
      while (!over) {
        await Promise.race([done, delay(SILENCE_MS, undefined, { ref: false })]);
        // If this process stood still, there may be something that is only not read yet.
        await turn();
        if (!sending && performance.now() - lastMs >= SILENCE_MS) return mute();
      }
    },
  };
}
