import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { WebSocket } from "ws";
import { CHANNEL } from "../../client/wire/frames.ts";
import type { ApiContext } from "../context.ts";
import type { RunningJob } from "../run/job-process.ts";
import { closing, exitFrame, firstFrame, frame, sendPaced, takeInput } from "./channels.ts";
import { runningJob, type SocketRoute, type StreamFlags, streamFlags } from "./route.ts";

/** The official client prints the log until the first frame comes: it is given time for that, unless it speaks first. */
const BEGIN_MS = 100;
/** What a slow reader may leave unsent before the job has to wait for it, and when it need not any more. */
const HIGH_BYTES = 2 * 1024 * 1024;
const LOW_BYTES = 512 * 1024;

/** Source: protocol reference 4.5. */
export function attachRoute({ lifecycle }: ApiContext): SocketRoute {
  return {
    path: "/:id/attach",
    methods: ["GET", "POST"],
    permission: "write",
    protocols: ["v2.channels.neu.ro", "attach.apolo.us"],
    check: (query) => void streamFlags(query),
    open: async ({ job, query }) => {
      const flags = { ...streamFlags(query), stdin: true, tty: job.container.tty };
      const running = runningJob(lifecycle, job);
      return async (socket, open) => {
        takeInput(socket, running);
        const over = Promise.race([running.ended, closing(open)]);
        await Promise.race([over, once(socket, "message"), delay(BEGIN_MS)]);
        if (open.aborted) return;
        const stop = passOutput(socket, running, flags);
        await over;
        stop();
        if (open.aborted) return;
        await sendPaced(socket, exitFrame(0));
      };
    },
  };
}

function passOutput(socket: WebSocket, running: RunningJob, flags: StreamFlags): () => void {
  let release: (() => void) | undefined;
  const sent = () => {
    if (socket.bufferedAmount > LOW_BYTES) return;
    release?.();
    release = undefined;
  };
  socket.send(firstFrame(flags));
  const stop = running.onOutput((stream, chunk) => {
    if (!flags[stream]) return;
    socket.send(frame(CHANNEL[stream], chunk), { binary: true }, sent);
    if (socket.bufferedAmount > HIGH_BYTES) release ??= running.hold();
  });
  return () => {
    stop();
    release?.();
  };
}
