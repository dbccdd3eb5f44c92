import { once } from "node:events";
import { WebSocket } from "ws";
import type { Platform } from "./platform.ts";

/** A WebSocket of a job, e.g. `/ID/log_ws?…`, as it is. Source: protocol reference 2.5. */
export async function openSocket({ told }: Platform, path: string): Promise<WebSocket> {
  const { origin } = new URL(told.url);
  const address = `${origin.replace(/^http/, "ws")}/default/monitoring/api/v1/jobs${path}`;
  const socket = new WebSocket(
    address,
    path.includes("/log_ws") ? ["logs.apolo.us"] : ["v2.channels.neu.ro"],
    {
      headers: { authorization: `Bearer ${told.token}` },
      perMessageDeflate: false,
    },
  );
  // What comes before somebody listens would be lost.
  await once(socket, "open");
  return socket;
}
