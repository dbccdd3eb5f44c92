import { readFile } from "node:fs/promises";
import type { Platform } from "../../client/index.ts";
import type { Metrics } from "../../observe/metrics.ts";
import { openCaller, type Policy } from "../../operations/caller.ts";
import type { Observer } from "../../operations/observer.ts";
import { type HttpServer, openHttp } from "./index.ts";

/** How MCP is served over HTTP, and to whom. */
interface HttpSettings {
  host: string;
  port: number;
  allowedHosts: readonly string[];
  /** Everybody's own token; absent: the secret in `tokenFile`, else whoever reaches the address. */
  auth?: "platform" | undefined;
  tokenFile?: string | undefined;
  tlsCert?: string | undefined;
  tlsKey?: string | undefined;
  stateless: boolean;
  /** Whether ports on this machine are of use to an agent. */
  allowForward: boolean;
  drainSeconds: number;
}

interface Serving {
  platform: Platform;
  policy: Policy;
  observer?: Observer | undefined;
  metrics?: Metrics | undefined;
}

const SESSIONS = { idleMs: 30 * 60_000, most: 1000 };

/** Serves MCP over HTTP as the settings say. @throws if that cannot be: a port that is taken, a file that cannot be read */
export async function serveHttp(
  http: HttpSettings,
  { platform, policy, observer, metrics }: Serving,
): Promise<HttpServer> {
  const caller = openCaller(platform, policy, { observer });
  const server = await openHttp({
    host: http.host,
    port: http.port,
    allowedHosts: http.allowedHosts,
    anyHost: http.allowedHosts.length === 0 && (http.auth !== undefined || http.tokenFile !== undefined),
    tls: await tlsOf(http),
    drainMs: http.drainSeconds * 1000,
    stateless: http.stateless,
    isLocal: http.allowForward,
    sessions: SESSIONS,
    admit: async () => ({ caller, done: () => undefined }),
    pages: metrics === undefined ? {} : { "/metrics": () => metricsPage(metrics) },
  });
  metrics?.show("sessions", () => server.sessions());
  return {
    ...server,
    async close() {
      await server.close();
      await caller.close();
    },
  };
}

async function metricsPage({ text, contentType }: Metrics): Promise<Response> {
  return new Response(await text(), { headers: { "content-type": contentType } });
}

async function tlsOf({ tlsCert, tlsKey }: HttpSettings) {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  const [cert, key] = await Promise.all([readFile(tlsCert, "utf8"), readFile(tlsKey, "utf8")]);
  return { cert, key };
}
