import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/sdk/types.js";
import { onTestFinished } from "vitest";

type Fields = Record<string, unknown>;

interface Server {
  connect(transport: Transport): Promise<void>;
}

interface Answer {
  result?: Fields;
  error?: Fields;
}

export const NEWEST = "2026-07-28";

/** Params of a request that brings its version of the protocol. */
export function modern(params: Fields = {}, capabilities: Fields = {}, version: unknown = NEWEST): Fields {
  const { _meta } = params;
  const envelope = {
    "io.modelcontextprotocol/protocolVersion": version,
    "io.modelcontextprotocol/clientInfo": { name: "test", version: "0" },
    "io.modelcontextprotocol/clientCapabilities": capabilities,
  };
  return { ...params, _meta: { ...envelope, ...(typeof _meta === "object" ? _meta : {}) } };
}

/**
 * A session in messages as they go over the wire: the SDK's client would read them by its own version only. It ends
 * with the test, or, where tests run together, when it is closed.
 */
export async function rawSession(
  server: Server,
  atEnd = (close: () => Promise<void>) => onTestFinished(close),
) {
  const [near, far] = InMemoryTransport.createLinkedPair();
  const notices: { method: string; params?: Fields | undefined }[] = [];
  const waiting = new Map<unknown, (answer: Answer) => void>();
  near.onmessage = (message) => {
    if ("method" in message) notices.push(message);
    else waiting.get(message.id)?.(message);
  };
  await server.connect(far);
  await near.start();
  atEnd(() => near.close());
  let lastId = 0;
  const ask = (id: RequestId, method: string, params?: Fields): Promise<Answer> => {
    const message: JSONRPCMessage = { jsonrpc: "2.0", id, method, ...(params && { params }) };
    return new Promise((resolve) => {
      waiting.set(id, resolve);
      void near.send(message);
    });
  };
  return {
    /** Everything the server said unasked, requests included. */
    notices,
    /** A request with an id of its own choice. */
    ask,
    request(method: string, params?: Fields): Promise<Answer> {
      lastId += 1;
      return ask(lastId, method, params);
    },
    /** Ends a request. */
    cancel: (requestId: RequestId) =>
      near.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: modern({ requestId }) }),
    close: () => near.close(),
  };
}
