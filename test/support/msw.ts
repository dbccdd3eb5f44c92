import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { getResponse, type RequestHandler } from "msw";
import { afterAll, afterEach, beforeAll } from "vitest";
import { KEEP_ALIVE_MS } from "./busy.ts";

/** The names under which handlers know the platform and another origin. */
export const API = "https://api.platform.test/api/v1";
const ELSEWHERE = "https://elsewhere.test";

/** A real HTTP server whose answers msw's handlers give, so that the client's own transport is what is tested. */
export interface MockPlatform {
  /** Where `API` is for a client. */
  readonly url: string;
  /** Adds handlers; they win over earlier ones, and go with the test. */
  use(...handlers: RequestHandler[]): void;
}

/** One for a test file: strict, reset between tests. */
export function mockPlatform(): MockPlatform {
  let handlers: RequestHandler[] = [];
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS });
  server.on("request", (incoming, response) => void answer(incoming, response));
  beforeAll(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterEach(() => {
    handlers = [];
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  // A listening TCP server has an address with a port.
  const port = () => (server.address() as AddressInfo).port;
  /** The same server under two names: two origins for a client, as for the handlers. */
  const origins = () => [
    [new URL(API).origin, `http://127.0.0.1:${port()}`] as const,
    [ELSEWHERE, `http://localhost:${port()}`] as const,
  ];

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", url = "/", headers } = incoming;
    const named = origins().find(([, real]) => real.endsWith(`//${headers.host}`))?.[0];
    const body = method === "GET" ? null : await text(incoming);
    // Node's headers may be lists; those of a client's request are not.
    const request = new Request(`${named}${url}`, {
      method,
      headers: headers as Record<string, string>,
      body,
    });
    const found = await getResponse(handlers, request);
    if (found === undefined) response.writeHead(501).end(`no handler for ${method} ${request.url}`);
    else if (found.type === "error") incoming.socket.destroy();
    else {
      for (const [name, value] of found.headers)
        response.setHeader(
          name,
          origins().reduce((said, [from, to]) => said.replace(from, to), value),
        );
      response.writeHead(found.status).end(Buffer.from(await found.arrayBuffer()));
    }
  }

  return {
    get url() {
      return origins().reduce((said, [from, to]) => said.replace(from, to), API);
    },
    use: (...more) => {
      handlers = [...more, ...handlers];
    },
  };
}
