import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import type { ApiContext } from "../context.ts";
import { HttpError, pythonJson } from "../http/answer.ts";
import { param } from "../http/call.ts";
import type { RunningJob } from "../run/job-process.ts";
import { closing, feed, sendPaced } from "./channels.ts";
import { runningJob, type SocketRoute } from "./route.ts";

/** Source: protocol reference 4.7. */
export function portForwardRoute({ lifecycle }: ApiContext): SocketRoute {
  return {
    path: "/:id/port_forward/:port",
    methods: ["GET", "POST"],
    permission: "write",
    protocols: [],
    check: (_query, call) => void portOf(param(call, "port")),
    open: async ({ job, call, signal }) => {
      const port = portOf(param(call, "port"));
      const tcp = await connected(runningJob(lifecycle, job), port);
      signal.addEventListener("abort", () => tcp.destroy(), { once: true });
      return async (socket, open) => tunnel(socket, tcp, open);
    },
  };
}

function portOf(text: string): number {
  if (/^\s*[+-]?\d+(_\d+)*\s*$/.test(text)) return Number(text.replaceAll("_", ""));
  const body = { msg: `Invalid port number '${text}'` };
  throw new HttpError(400, body, { headers: { "X-Error": pythonJson(body) } });
}

async function connected(running: RunningJob, port: number): Promise<Socket> {
  const refusal = (error: string) => new HttpError(400, { msg: `Cannot connect to port ${port}`, error });
  if (port < 1 || port > 65_535) throw refusal("OverflowError('getsockaddrarg: port must be 0-65535.')");
  try {
    return await running.connect(port);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw refusal(`ConnectionRefusedError(111, "${text}")`);
  }
}

async function tunnel(socket: WebSocket, tcp: Socket, open: AbortSignal): Promise<void> {
  tcp.on("error", () => tcp.destroy());
  socket.on("message", (data, isBinary) => {
    // A socket of ws hands out nothing else.
    if (isBinary) feed(socket, tcp, data as Buffer);
    else socket.close(1000);
  });
  void closing(open).then(() => tcp.destroySoon());
  try {
    for await (const chunk of tcp) await sendPaced(socket, chunk);
  } catch {
    // A connection that breaks ends the tunnel like one that closes.
  }
}
