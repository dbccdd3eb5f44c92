import { onTestFinished } from "vitest";
import type { Platform } from "../../src/client/index.ts";
import { openCaller } from "../../src/operations/caller.ts";
import { type HttpOptions, openHttp } from "../../src/transports/http/index.ts";
import { openPolicy } from "./fixtures.ts";

/** The server over HTTP on a free port of loopback, for one caller who needs no token. */
export async function serveHttp(platform: Platform, options: Partial<HttpOptions> = {}, policy = openPolicy) {
  const caller = openCaller(platform, policy);
  const closing = new AbortController();
  const server = await openHttp({
    host: "127.0.0.1",
    port: 0,
    allowedHosts: [],
    anyHost: false,
    drainMs: 0,
    stateless: false,
    isLocal: false,
    sessions: { idleMs: 60_000, most: 100 },
    admit: async () => ({
      id: "own",
      caller,
      closed: closing.signal,
      done: () => undefined,
      charge: async () => undefined,
    }),
    pages: {},
    ...options,
  });
  onTestFinished(async () => {
    await server.close();
    await caller.close();
  });
  return { ...server, url: new URL(server.url) };
}
