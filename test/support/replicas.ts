import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { onTestFinished } from "vitest";
import { connectPlatform } from "../../src/client/index.ts";
import { serveHttp } from "../../src/transports/http/service.ts";
import { KEEP_ALIVE_MS } from "./busy.ts";
import { openPolicy } from "./fixtures.ts";

type Settings = Parameters<typeof serveHttp>[0];

export const SETTINGS: Settings = {
  ...{ host: "127.0.0.1", port: 0, allowedHosts: [], auth: "platform", trustProxy: false },
  ...{ stateless: false, allowForward: false, drainSeconds: 0 },
};

/** The server as `main.ts` starts it for a team; it ends with the test. */
export async function serveTeam(
  { url }: { url: string },
  key: Uint8Array,
  override: Partial<Settings & Pick<Parameters<typeof serveHttp>[1], "metrics" | "observer">> = {},
) {
  const { metrics, observer, ...settings } = override;
  const connect = { key };
  const own = connectPlatform(undefined, connect);
  onTestFinished(() => own.close());
  const serving = { own, url, connect, policy: openPolicy, metrics, observer };
  const server = await serveHttp({ ...SETTINGS, ...settings }, serving);
  onTestFinished(() => server.close());
  return server;
}

/** A balancer that hands each request to the next replica; `served` tells which got one, by its place in `urls`. */
export async function balance(urls: string[]) {
  const served: number[] = [];
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (incoming, outgoing) => {
    const next = served.length % urls.length;
    served.push(next);
    void handOn(incoming, outgoing, urls[next] ?? "").catch(() => outgoing.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // A listening server has an address with a port.
  const { port } = server.address() as AddressInfo;
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: new URL(`http://127.0.0.1:${port}/mcp`), served, urls };
}

async function handOn(incoming: IncomingMessage, outgoing: ServerResponse, url: string): Promise<void> {
  const { method, headers } = incoming;
  const asked = request(url, { method, headers });
  outgoing.once("close", () => asked.destroy());
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    asked.once("response", resolve).once("error", reject);
  });
  // Together: both fail where a caller leaves early.
  const [answer] = await Promise.all([answered, pipeline(incoming, asked)]);
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers).flushHeaders();
  await pipeline(answer, outgoing);
}
