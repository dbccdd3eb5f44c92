import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { onTestFinished } from "vitest";

type Fields = Record<string, unknown>;

interface Server {
  connect(transport: Transport): Promise<void>;
}

/** A session in messages as they go over the wire: the SDK's client would read them by its own version only. */
export async function rawSession(server: Server) {
  const [near, far] = InMemoryTransport.createLinkedPair();
  const notices: { method: string; params?: Fields | undefined }[] = [];
  const waiting = new Map<unknown, (answer: { result?: Fields; error?: Fields }) => void>();
  near.onmessage = (message) => {
    if ("method" in message) notices.push(message);
    else waiting.get(message.id)?.(message);
  };
  await server.connect(far);
  await near.start();
  onTestFinished(() => near.close());
  let lastId = 0;
  return {
    /** Everything the server said unasked, requests included. */
    notices,
    request(method: string, params?: Fields): Promise<{ result?: Fields; error?: Fields }> {
      lastId += 1;
      const id = lastId;
      const message: JSONRPCMessage = { jsonrpc: "2.0", id, method, ...(params && { params }) };
      return new Promise((resolve) => {
        waiting.set(id, resolve);
        void near.send(message);
      });
    },
  };
}
